// Moments that can be heard: a clap, a door, a call. Found in the loudness of the sound, fifty values a
// second, as the steepest rises; two sounds of one scene lie right where most of their rises meet.
import { PER_SECOND } from "../coding-room/loudness.js";
import type { Micros } from "../coding-room/model.js";

const STEP = 1e6 / PER_SECOND;
/** Rises that are looked at: enough for hours, few enough for a moment's work. */
const MOST = 500;
/** Rises nearer to each other than this are one. */
const APART = 0.3e6;

export interface Rise {
  time: Micros;
  height: number;
}

/** The steepest rises in the order of time. */
export function rises(loudness: Uint8Array, most = MOST): Rise[] {
  const all: Rise[] = [];
  for (let at = 1; at < loudness.length; at += 1) {
    const before = Math.max(loudness[at - 1] ?? 0, loudness[at - 2] ?? 0);
    const height = (loudness[at] ?? 0) - before;
    if (height >= 8) all.push({ time: at * STEP, height });
  }
  all.sort((one, other) => other.height - one.height || one.time - other.time);
  const kept: Rise[] = [];
  for (const one of all) {
    if (kept.length === most) break;
    if (kept.every((other) => Math.abs(other.time - one.time) >= APART)) kept.push(one);
  }
  return kept.sort((one, other) => one.time - other.time);
}

/** The rise that is meant near a time of the recording: a steep one, and rather a near one. */
export function clapNear(all: readonly Rise[], time: Micros, reach: Micros): Rise | null {
  let best: Rise | null = null;
  let most = 0;
  for (const one of all) {
    const away = Math.abs(one.time - time) / reach;
    const weight = away > 1 ? 0 : one.height / (1 + 10 * away);
    if (weight > most) [best, most] = [one, weight];
  }
  return best;
}

export interface Found {
  /** By how much the second begins later than the first. */
  shift: Micros;
  /** Whether no other place fits nearly as well. */
  isClear: boolean;
}

/** Where the second sound lies against the first; null where there is too little to compare. */
export function bestShift(first: readonly Rise[], second: readonly Rise[]): Found | null {
  if (first.length < 2 || second.length < 2) return null;
  const votes = new Map<number, number>();
  for (const one of first) {
    for (const other of second) {
      // Squared, so that a few claps outweigh much murmur; the lower of both, so that one bang outweighs nothing alone.
      const bin = Math.round((one.time - other.time) / STEP);
      votes.set(bin, (votes.get(bin) ?? 0) + Math.min(one.height, other.height) ** 2);
    }
  }
  // A clap lies on the border of two values now and then: neighbours count half.
  const weight = (bin: number) => (votes.get(bin) ?? 0) + ((votes.get(bin - 1) ?? 0) + (votes.get(bin + 1) ?? 0)) / 2;
  let best = 0;
  let most = -1;
  for (const bin of votes.keys()) {
    if (weight(bin) > most || (weight(bin) === most && Math.abs(bin) < Math.abs(best))) [best, most] = [bin, weight(bin)];
  }
  let next = 0;
  for (const bin of votes.keys()) if (Math.abs(bin - best) > 5) next = Math.max(next, weight(bin));
  const side = [-1, 0, 1].map((by) => votes.get(best + by) ?? 0);
  const sum = side.reduce((a, b) => a + b, 0);
  const within = sum === 0 ? 0 : ((side[2] ?? 0) - (side[0] ?? 0)) / sum;
  return { shift: Math.round((best + within) * STEP), isClear: most >= 1.4 * next };
}
