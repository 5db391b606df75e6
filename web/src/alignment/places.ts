// Where the cameras lie, and every step that led there: undo goes all the way back. Two or more moments
// that were found on a camera and on the clock tell, too, whether the two run at one rate.
import type { Micros } from "../coding-room/model.js";
import { onClock, onRecording, type Place } from "../coding-room/place.js";

/** One moment on both: of the clock, and of the recording. */
export interface Match {
  clock: Micros;
  recording: Micros;
}

export interface Camera {
  readonly place: Place;
  readonly matches: readonly Match[];
}

/** What the matches of a camera tell of its rate. */
export interface Rate {
  /** The place that fits all matches best. */
  place: Place;
  /** How far apart the two clocks move over the stretch between the first and the last match. */
  apart: Micros;
  stretch: Micros;
  /** Whether clocks can differ so much. */
  isPossible: boolean;
}

/** As the server takes it. */
export const MOST_DRIFT = 10_000;
/** Matches that are nearer tell more of the hand than of the clock. */
const LEAST_STRETCH = 10e6;

/** The line through the matches; null where they are too few or too near to each other. */
export function rateOf(matches: readonly Match[]): Rate | null {
  const times = matches.map((one) => one.recording);
  const stretch = Math.max(...times) - Math.min(...times);
  if (matches.length < 2 || stretch < LEAST_STRETCH) return null;
  const mean = (of: (one: Match) => number) => matches.reduce((sum, one) => sum + of(one), 0) / matches.length;
  const [recording, clock] = [mean((one) => one.recording), mean((one) => one.clock)];
  let [both, own] = [0, 0];
  for (const one of matches) {
    both += (one.recording - recording) * (one.clock - one.recording - (clock - recording));
    own += (one.recording - recording) ** 2;
  }
  const drift = Math.round((both / own) * 1e6);
  const offset = Math.round(clock - recording * (1 + drift / 1e6));
  return { place: { offset, drift }, apart: Math.round((stretch * drift) / 1e6), stretch, isPossible: Math.abs(drift) <= MOST_DRIFT };
}

export class Places {
  private past: (readonly Camera[])[] = [];
  private future: (readonly Camera[])[] = [];
  private cameras: readonly Camera[];

  constructor(places: readonly Place[]) {
    this.cameras = places.map(({ offset, drift }) => ({ place: { offset, drift }, matches: [] }));
  }

  camera(index: number): Camera {
    const camera = this.cameras[index];
    if (camera === undefined) throw new Error(`no camera ${index}`);
    return camera;
  }

  get all(): readonly Place[] {
    return this.cameras.map((one) => one.place);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** A step that undo takes back. */
  private step(index: number, after: Camera): void {
    this.past.push(this.cameras);
    this.future = [];
    this.cameras = this.cameras.map((one, at) => (at === index ? after : one));
  }

  move(index: number, place: Place): void {
    const camera = this.camera(index);
    if (camera.place.offset === place.offset && camera.place.drift === place.drift) return;
    this.step(index, { ...camera, place });
  }

  /** This moment of the clock is that of the recording which lies there now. */
  match(index: number, clock: Micros): void {
    const camera = this.camera(index);
    const recording = Math.round(onRecording(camera.place, clock));
    const others = camera.matches.filter((one) => Math.abs(one.clock - clock) > 1e6);
    this.step(index, { ...camera, matches: [...others, { clock, recording }].sort((a, b) => a.clock - b.clock) });
  }

  forget(index: number): void {
    this.step(index, { ...this.camera(index), matches: [] });
  }

  undo(): boolean {
    const before = this.past.pop();
    if (before === undefined) return false;
    this.future.push(this.cameras);
    this.cameras = before;
    return true;
  }

  redo(): boolean {
    const after = this.future.pop();
    if (after === undefined) return false;
    this.past.push(this.cameras);
    this.cameras = after;
    return true;
  }
}

/** The place at which a moment of the recording lies under a time of the clock, at the rate that it has. */
export function placed(place: Place, recording: Micros, clock: Micros): Place {
  return { ...place, offset: Math.round(place.offset + clock - onClock(place, recording)) };
}
