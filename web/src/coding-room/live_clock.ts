// The clock of a session that is coded while it happens. It begins with a press and goes on through
// pauses, because what is filmed beside it goes on, too; a pause is a stretch in which nothing could be
// coded. That it runs, since when and until when are themselves coded, so that a page that was closed
// or killed goes on with the same clock.
import type { Coding } from "./coding.js";
import type { CodedEvent, Edit, Micros } from "./model.js";
import { NOT_CODABLE, OBSERVED } from "./model.js";
import { type Player, Ticks } from "./player.js";
import type { Waiting } from "./queue.js";

/** Time of day in milliseconds; replaced in tests. */
export type Now = () => number;

/**
 * Goes on evenly; where the machine slept and its counter stood still, the time of day tells how long.
 */
export function steady(counter: Now = () => performance.timeOrigin + performance.now(), timeOfDay: Now = Date.now): Now {
  let slept = 0;
  return () => {
    const missing = timeOfDay() - (counter() + slept);
    if (missing > 1000) slept += missing;
    return counter() + slept;
  };
}

export function found(coding: Coding, behaviour: string): [string, CodedEvent][] {
  return [...coding.events].filter(([, event]) => event.behaviour === behaviour && event.subject === undefined);
}

/**
 * Two pages began one session: it has the first begin, and what was coded on the second clock is laid on
 * the first one.
 */
export function onFirstClock(coding: Coding, unsaved: readonly Waiting[]): readonly Waiting[] {
  const first = found(coding, OBSERVED)[0];
  const second = unsaved.flatMap((one) => one.edits).find(isBegin);
  if (first === undefined || second === undefined || second.id === first[0]) return unsaved;
  const later = (Date.parse(second.after?.comment ?? "") - Date.parse(first[1].comment ?? "")) * 1000;
  if (!Number.isFinite(later)) return unsaved;
  const laid = (event: CodedEvent | null): CodedEvent | null =>
    event === null ? null : { ...event, start: event.start + later, stop: event.stop === null ? null : event.stop + later };
  return unsaved.map((one) => ({
    ...one,
    edits: one.edits.filter((edit) => edit.id !== second.id).map((edit) =>
      edit.of === "event" ? { ...edit, before: laid(edit.before), after: laid(edit.after) } : edit),
  })).filter((one) => one.edits.length > 0);
}

function isBegin(edit: Edit): edit is Edit & { of: "event" } {
  return edit.of === "event" && edit.before === null && edit.after?.behaviour === OBSERVED && edit.after.subject === undefined;
}

export class LiveClock implements Player {
  readonly frames: Ticks;
  readonly rate = 1;
  readonly looping = false;
  /** Where one looks, after the session has ended. */
  private cursor: Micros = 0;

  constructor(
    private readonly coding: Coding,
    private readonly change: (edits: Edit[]) => void,
    private readonly shown: () => void,
    private readonly canRun: boolean,
    private readonly newId: () => string,
    private readonly now: Now = steady(),
  ) {
    this.frames = new Ticks(() => this.last());
    setInterval(() => this.running && this.shown(), 100);
  }

  private observed(): [string, CodedEvent] | undefined {
    return found(this.coding, OBSERVED)[0];
  }

  get begun(): boolean {
    return this.observed() !== undefined;
  }

  get running(): boolean {
    return this.observed()?.[1].stop === null;
  }

  get paused(): boolean {
    return this.running && this.pauses().length > 0;
  }

  get playing(): boolean {
    return this.running && !this.paused;
  }

  get frame(): number {
    return this.frames.at(this.time);
  }

  get time(): Micros {
    const observed = this.observed();
    if (observed === undefined || observed[1].stop !== null) return this.frames.snap(this.cursor);
    const since = Date.parse(observed[1].comment ?? "");
    const passed = Number.isFinite(since) ? (this.now() - since) * 1000 : 0;
    return this.frames.snap(Math.max(Math.round(passed), 0));
  }

  private last(): Micros {
    if (this.running) return this.time;
    let last = this.observed()?.[1].stop ?? 0;
    for (const event of this.coding.events.values()) last = Math.max(last, event.stop ?? event.start);
    return last;
  }

  private pauses(): [string, CodedEvent][] {
    return found(this.coding, NOT_CODABLE).filter(([, event]) => event.stop === null);
  }

  /** Begins; then pauses and goes on. */
  toggle(): void {
    if (!this.canRun) return;
    if (!this.begun) {
      const comment = new Date(this.now()).toISOString();
      const event: CodedEvent = { behaviour: OBSERVED, start: 0, stop: null, point: false, comment };
      this.change([{ of: "event", id: this.newId(), before: null, after: event }]);
    } else if (this.paused) {
      this.change(this.ended(this.pauses(), this.time));
    } else if (this.running) {
      const event: CodedEvent = { behaviour: NOT_CODABLE, start: this.time, stop: null, point: false };
      this.change([{ of: "event", id: this.newId(), before: null, after: event }]);
    }
    this.shown();
  }

  /** The session is over: the clock stops, and with it whatever has not ended. */
  end(): void {
    const time = Math.max(this.time, this.frames.start(1));
    const open = this.coding.open();
    if (!this.running) return;
    this.cursor = time;
    this.change(this.ended(open, time));
    this.shown();
  }

  private ended(open: [string, CodedEvent][], time: Micros): Edit[] {
    return open.map(([id, event]) => {
      const stop = Math.max(time, event.start + 10_000);
      return { of: "event", id, before: event, after: { ...event, stop } };
    });
  }

  play(): void {
    if (this.paused) this.toggle();
  }

  /** A clock waits for nobody; only pauses stop it, and they are asked for. */
  pause(): void {}

  faster(): void {}

  atOwnSpeed(): void {}

  setLoop(): void {}

  step(by: number): void {
    this.goTo(this.time + by * 100_000);
  }

  show(frame: number): void {
    this.goTo(this.frames.start(frame));
  }

  goTo(time: Micros): void {
    if (this.running) return;
    this.cursor = Math.min(Math.max(time, 0), this.frames.end);
    this.shown();
  }

  skip(by: Micros): void {
    this.goTo(this.time + by);
  }

  settled(): boolean {
    return true;
  }
}
