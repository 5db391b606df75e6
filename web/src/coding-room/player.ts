// What the room needs of whatever tells the time: a recording, or the clock of a session that is coded
// while it happens.
import type { Micros } from "./model.js";

/** The times at which something can be coded: frames of a recording, or ticks of a clock. */
export interface Times {
  readonly count: number;
  readonly end: Micros;
  at(time: Micros): number;
  start(place: number): Micros;
  stop(place: number): Micros;
  snap(time: Micros): Micros;
  /** The number of the frame that is stored with a time; a clock has none. */
  frameAt(time: Micros): number | undefined;
}

export interface Player {
  readonly frames: Times;
  readonly frame: number;
  readonly time: Micros;
  readonly playing: boolean;
  readonly rate: number;
  readonly looping: boolean;
  toggle(): void;
  pause(): void;
  play(): void;
  faster(by: 1 | -1): void;
  /** As fast as it was filmed. */
  atOwnSpeed(): void;
  step(by: number): void;
  show(frame: number): void;
  goTo(time: Micros): void;
  skip(by: Micros): void;
  setLoop(stretch: { start: Micros; stop: Micros } | null): void;
  settled(): boolean;
}

/** Hundredths of a second: nobody presses keys more exactly while something happens. */
const TICK = 10_000;

/** Ticks of a clock that is still running, or of a coding without a recording. */
export class Ticks implements Times {
  constructor(private readonly last: () => Micros) {}

  get end(): Micros {
    return Math.max(this.last(), TICK);
  }

  get count(): number {
    return Math.ceil(this.end / TICK) + 1;
  }

  at(time: Micros): number {
    return Math.max(Math.floor(time / TICK), 0);
  }

  start(place: number): Micros {
    return Math.max(place, 0) * TICK;
  }

  stop(place: number): Micros {
    return this.start(place + 1);
  }

  snap(time: Micros): Micros {
    return this.start(this.at(time));
  }

  frameAt(): undefined {
    return undefined;
  }
}

/** The frame of a time, under the name that an event keeps it by; nothing where there are no frames. */
export function frameOf<K extends "start_frame" | "stop_frame">(name: K, times: Times, time: Micros): { [P in K]?: number } {
  const frame = times.frameAt(time);
  return (frame === undefined ? {} : { [name]: frame }) as { [P in K]?: number };
}
