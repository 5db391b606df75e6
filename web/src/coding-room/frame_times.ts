// Frames of a recording by the times that its container gives them. The room never multiplies a frame
// rate: it asks for the middle of a frame, sees which one the browser shows, and stores that one's time.
import type { Micros } from "./model.js";
import { ITS_OWN, onClock, onRecording, type Place } from "./place.js";
import type { Times } from "./player.js";

export class FrameTimes implements Times {
  /** `place`: where the recording lies on the coder's clock; `times` and `end` are times of that clock. */
  constructor(
    readonly times: readonly Micros[],
    readonly end: Micros,
    readonly place: Place = ITS_OWN,
  ) {
    if (times.length === 0) throw new Error("a recording without frames");
  }

  /** From 64-bit little-endian microseconds. */
  static read(buffer: ArrayBuffer, length: Micros, place: Place = ITS_OWN): FrameTimes {
    const view = new DataView(buffer);
    const times: Micros[] = [];
    for (let at = 0; at + 8 <= buffer.byteLength; at += 8) times.push(onClock(place, Number(view.getBigInt64(at, true))));
    return new FrameTimes(times, Math.max(onClock(place, length), times[times.length - 1] ?? 0), place);
  }

  get count(): number {
    return this.times.length;
  }

  /** The frame that is shown at a time. */
  at(time: Micros): number {
    let low = 0;
    let high = this.times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.start(middle) <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The frame whose time the browser names: it rounds to doubles, so the nearest one counts. */
  named(seconds: number): number {
    const time = onClock(this.place, Math.round(seconds * 1e6));
    const before = this.at(time);
    if (before + 1 >= this.count) return before;
    return time - this.start(before) <= this.start(before + 1) - time ? before : before + 1;
  }

  start(frame: number): Micros {
    const within = Math.min(Math.max(frame, 0), this.times.length - 1);
    return this.times[within] as Micros;
  }

  /** Where the frame ends: the begin of the next one, or of nothing. */
  stop(frame: number): Micros {
    return frame + 1 < this.times.length ? this.start(frame + 1) : this.end;
  }

  /** Seconds of the recording at some share of a frame. */
  within(frame: number, share: number): number {
    const time = this.start(frame) + share * (this.stop(frame) - this.start(frame));
    return onRecording(this.place, time) / 1e6;
  }

  /** Seconds to seek to, so that exactly this frame is shown. */
  middle(frame: number): number {
    return this.within(frame, 0.5);
  }

  frameAt(time: Micros): number {
    return this.at(time);
  }

  /** The begin of the frame that is shown at a time. */
  snap(time: Micros): Micros {
    return this.start(this.at(time));
  }
}
