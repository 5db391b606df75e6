// Stepping when a browser tells of pictures late, twice, or not at all, without a browser: the film is played by
// the test, which says when a seek ends and which picture is shown.
import { expect, test } from "@playwright/test";

import { FrameTimes } from "../src/coding-room/frame_times.js";
import { Transport } from "../src/coding-room/transport.js";

const FRAME = 40_000;
const TIMES = Array.from({ length: 100 }, (_, frame) => frame * FRAME);

/** As much of a film as the room asks for. */
class Film {
  paused = true;
  ended = false;
  playbackRate = 1;
  /** Frames that were sought, in order. */
  readonly sought: number[] = [];
  private readonly listeners = new Map<string, Set<() => void>>();
  private told: ((now: number, about: { mediaTime: number }) => void)[] = [];

  addEventListener(name: string, listener: () => void): void {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listener));
  }

  removeEventListener(name: string, listener: () => void): void {
    this.listeners.get(name)?.delete(listener);
  }

  requestVideoFrameCallback(told: (now: number, about: { mediaTime: number }) => void): void {
    this.told.push(told);
  }

  set currentTime(seconds: number) {
    this.sought.push(Math.floor((seconds * 1e6) / FRAME));
  }

  get currentTime(): number {
    return ((this.sought.at(-1) ?? 0) * FRAME) / 1e6;
  }

  private tell(name: string): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) listener();
  }

  /** The seek has ended; its picture may come later. */
  seeked(): void {
    this.tell("seeked");
  }

  presents(frame: number): void {
    const told = this.told;
    this.told = [];
    for (const one of told) one(0, { mediaTime: (frame * FRAME) / 1e6 });
  }

  async play(): Promise<void> {
    this.paused = false;
    this.tell("play");
  }

  pause(): void {
    this.paused = true;
    this.tell("pause");
  }
}

const clock = performance.now.bind(performance);
test.afterEach(() => {
  performance.now = clock;
});

function room(): { film: Film; transport: Transport; pictures: (n: number) => void } {
  const film = new Film();
  let waiting: (() => void)[] = [];
  let now = 0;
  globalThis.requestAnimationFrame = (act) => waiting.push(() => act(now));
  performance.now = () => now;
  const transport = new Transport([film as unknown as HTMLVideoElement], [], new FrameTimes(TIMES, 100 * FRAME), () => {});
  /** So many pictures of the page go by, sixty a second. */
  const pictures = (n: number) => {
    for (let picture = 0; picture < n; picture += 1) {
      const acts = waiting;
      waiting = [];
      now += 1000 / 60;
      for (const act of acts) act();
    }
  };
  return { film, transport, pictures };
}

test("a step is there when its picture is, before or after the end of the seek", () => {
  const { film, transport } = room();
  transport.step(1);
  film.seeked();
  expect(transport.settled()).toBe(false);
  film.presents(1);
  expect([transport.frame, transport.settled()]).toEqual([1, true]);
  transport.step(1);
  film.presents(2);
  film.seeked();
  expect([transport.frame, transport.settled()]).toEqual([2, true]);
});

test("a picture that the browser does not tell of is asked for by way of the one beside it", () => {
  const { film, transport, pictures } = room();
  transport.step(1);
  film.seeked();
  pictures(14);
  expect(film.sought).toEqual([1]);
  pictures(3);
  expect(film.sought).toEqual([1, 0]);
  film.seeked();
  expect(film.sought).toEqual([1, 0, 1]);
  film.presents(0);
  film.seeked();
  film.presents(1);
  expect([transport.frame, transport.settled()]).toEqual([1, true]);
});

test("a picture of an earlier seek that comes late is not where the next step begins", () => {
  const { film, transport, pictures } = room();
  for (const frame of [1, 2]) {
    transport.step(1);
    film.presents(frame);
    film.seeked();
  }
  // Forward and back before anything is shown; the way there is shown after the end.
  transport.step(1);
  transport.step(-1);
  film.seeked();
  film.seeked();
  expect([transport.frame, transport.settled()]).toEqual([2, true]);
  film.presents(3);
  expect([transport.frame, transport.settled()]).toEqual([3, false]);
  transport.step(1);
  expect(film.sought.at(-1)).toBe(3);
  film.seeked();
  film.presents(2);
  film.presents(3);
  expect([transport.frame, transport.settled()]).toEqual([3, true]);
  // Where nothing follows, the frame that was asked for is sought again.
  film.presents(4);
  pictures(20);
  film.seeked();
  film.presents(3);
  expect([transport.frame, transport.settled()]).toEqual([3, true]);
});

test("after playing, the last picture counts, also when it comes after the pause", async () => {
  const { film, transport } = room();
  transport.step(1);
  film.presents(1);
  film.seeked();
  transport.toggle();
  film.presents(7);
  transport.toggle();
  film.presents(8);
  expect([transport.frame, transport.settled()]).toEqual([8, true]);
  transport.step(-1);
  expect(film.sought.at(-1)).toBe(7);
});
