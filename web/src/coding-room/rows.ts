// Which events share a row of the timeline, and which of them are drawn: only what is in view, and of
// what falls on the same pixel only the first.
import type { Coding } from "./coding.js";
import type { CodedEvent, Micros, Scheme } from "./model.js";
import { NOT_CODABLE, OBSERVED, PRESENT, SAMPLED } from "./model.js";
import { subjectLabel } from "./press.js";

export interface Row {
  /** What it is of: the same in two people's codings. */
  key: string;
  label: string;
  /** Of the other person, where two are compared. */
  second?: boolean;
  events: [string, CodedEvent][];
}

/** One row for each set of states and each other behaviour, of each subject who was coded. */
export function rowsOf(scheme: Scheme, coding: Coding): Row[] {
  const rows = new Map<string, Row & { order: number }>();
  const behaviours = new Map(scheme.behaviours.map((one, place) => [one.id, { one, place }]));
  for (const [id, event] of coding.inOrder()) {
    if (event.behaviour === SAMPLED && event.sampled !== undefined) continue;
    const known = behaviours.get(event.behaviour);
    const set = scheme.sets.find((one) => one.id === known?.one.set && one.exclusive);
    const own = event.behaviour === NOT_CODABLE && event.subject !== undefined ? "cannot be seen" : OWN_ROWS[event.behaviour];
    const what = set?.label ?? known?.one.label ?? own ?? event.behaviour;
    // Whoever is there stands in one row for all: it is nobody's behaviour.
    const subject = event.behaviour === PRESENT && known === undefined ? undefined : event.subject;
    const who = subject === undefined ? "" : `${subjectLabel(scheme, subject)}: `;
    const key = `${subject ?? ""}\n${set?.id ?? event.behaviour}`;
    const row = rows.get(key) ?? { key, label: `${who}${what}`, events: [], order: subject === event.subject ? orderOf(scheme, event, known?.place) : 0 };
    row.events.push([id, event]);
    rows.set(key, row);
  }
  return [...rows.values()].sort((one, other) => one.order - other.order || (one.label < other.label ? -1 : 1));
}

const OWN_ROWS: Record<string, string> = { [OBSERVED]: "Session", [NOT_CODABLE]: "Cannot be coded", [PRESENT]: "Who is there" };

/** The rows of two people, each of the second, under their name, below the same one of the first. */
export function sideBySide(scheme: Scheme, first: Coding, second: Coding, name: string): Row[] {
  const [own, other] = [rowsOf(scheme, first), rowsOf(scheme, second)];
  const rows: Row[] = [];
  for (const row of own) {
    const same = other.find((one) => one.key === row.key);
    rows.push(row, { ...(same ?? { ...row, events: [] }), label: name, second: true });
  }
  for (const row of other.filter((one) => own.every((had) => had.key !== one.key))) {
    rows.push({ ...row, events: [] }, { ...row, label: name, second: true });
  }
  return rows;
}

function orderOf(scheme: Scheme, event: CodedEvent, place = 999): number {
  const subject = scheme.subjects.findIndex((one) => event.subject?.startsWith(one.id) ?? false);
  return (subject + 1) * 1000 + place;
}

export interface Box {
  id: string;
  event: CodedEvent;
  left: number;
  right: number;
}

export interface View {
  start: Micros;
  stop: Micros;
  width: number;
}

/** What of a row is drawn; an open bout reaches to `now`. Boxes are at least two pixels wide. */
export function boxesOf(row: Row, view: View, now: Micros): Box[] {
  const scale = view.width / (view.stop - view.start);
  const boxes: Box[] = [];
  let lastPixel = -1;
  for (const [id, event] of row.events) {
    if (event.start >= view.stop) break;
    const stop = event.point ? event.start : (event.stop ?? Math.max(now, event.start));
    if (stop < view.start) continue;
    const left = Math.max((event.start - view.start) * scale, 0);
    const right = Math.min(Math.max((stop - view.start) * scale, left + 2), view.width);
    const pixel = Math.floor(right);
    if (pixel === lastPixel && right - left < 2.5) continue;
    lastPixel = pixel;
    boxes.push({ id, event, left, right });
  }
  return boxes;
}

/** Marks of the ruler: about one for every hundred pixels, at round times. */
export function marksOf(view: View): Micros[] {
  const rough = ((view.stop - view.start) / view.width) * 110;
  const steps = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((s) => s * 1e6);
  const step = steps.find((one) => one >= rough) ?? 3600e6;
  const marks: Micros[] = [];
  for (let at = Math.ceil(view.start / step) * step; at < view.stop; at += step) marks.push(at);
  return marks;
}

export function clock(time: Micros, decimals = 3): string {
  const sign = time < 0 ? "−" : "";
  const whole = Math.abs(time);
  const hours = Math.floor(whole / 3600e6);
  const minutes = Math.floor((whole % 3600e6) / 60e6);
  // Cut, not rounded: 59.9996 s is never shown as 60.
  const unit = 10 ** (6 - decimals);
  const seconds = Math.floor((whole % 60e6) / unit) / 10 ** decimals;
  const text = seconds.toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, "0");
  return `${sign}${hours > 0 ? `${hours}:` : ""}${String(minutes).padStart(2, "0")}:${text}`;
}
