// The recording: plays, steps by frames, jumps, loops; up to four cameras in step. Which frame is
// shown is read from the browser after it has shown it, and looked up among the container's times.
import type { FrameTimes } from "./frame_times.js";
import type { Micros } from "./model.js";
import { ITS_OWN, onClock, onRecording, type Place } from "./place.js";
import type { Player } from "./player.js";

export const RATES = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4] as const;

/** A quarter of a second on a machine that keeps up; on one that does not, as many pictures later. */
const PICTURES = 15;

function afterPictures(act: () => void): void {
  const since = performance.now();
  let n = 0;
  const count = () => {
    n += 1;
    if (n < PICTURES || performance.now() - since < 250) requestAnimationFrame(count);
    else act();
  };
  requestAnimationFrame(count);
}

export class Transport implements Player {
  /** The frame that is shown. */
  frame = 0;
  private target: number | null = null;
  /** The frame that was asked for last and was shown; none once it plays. */
  private aimed: number | null = null;
  private seeking = false;
  private loop: { start: Micros; stop: Micros } | null = null;
  private readonly main: HTMLVideoElement;

  constructor(
    private readonly videos: readonly HTMLVideoElement[],
    private readonly places: readonly Place[],
    readonly frames: FrameTimes,
    private readonly shown: () => void,
  ) {
    const main = videos[0];
    if (main === undefined) throw new Error("no recording");
    this.main = main;
    const watch = (_: number, about: VideoFrameCallbackMetadata) => {
      this.presented(this.frames.named(about.mediaTime));
      main.requestVideoFrameCallback(watch);
    };
    main.requestVideoFrameCallback(watch);
    main.addEventListener("play", () => {
      this.aimed = null;
      this.others((video) => void video.play().catch(() => {}));
    });
    main.addEventListener("pause", () => {
      this.others((video) => video.pause());
      this.align(this.frames.within(this.frame, 0.5));
      this.shown();
    });
    main.addEventListener("ratechange", () => this.others((video) => (video.playbackRate = main.playbackRate)));
  }

  get time(): Micros {
    return this.frames.start(this.frame);
  }

  get playing(): boolean {
    return !this.main.paused && !this.main.ended;
  }

  get rate(): number {
    return this.main.playbackRate;
  }

  get looping(): boolean {
    return this.loop !== null;
  }

  toggle(): void {
    if (this.playing) {
      this.main.pause();
      return;
    }
    this.target = null;
    if (this.frame >= this.frames.count - 1) this.show(0);
    void this.main.play().catch(() => {});
  }

  pause(): void {
    if (this.playing) this.main.pause();
  }

  play(): void {
    if (!this.playing) this.toggle();
  }

  faster(by: 1 | -1): void {
    const at = RATES.findIndex((rate) => rate >= this.rate - 1e-9);
    const next = Math.min(Math.max((at < 0 ? RATES.length - 1 : at) + by, 0), RATES.length - 1);
    this.main.playbackRate = RATES[next] as number;
    this.shown();
  }

  atOwnSpeed(): void {
    this.main.playbackRate = 1;
    this.shown();
  }

  /** Steps from the frame that is shown, or from the one that is on its way to be shown. */
  step(by: number): void {
    this.pause();
    this.show((this.target ?? this.frame) + by);
  }

  /** Shows exactly this frame. */
  show(frame: number): void {
    const within = Math.min(Math.max(frame, 0), this.frames.count - 1);
    this.target = within;
    if (!this.seeking) this.seek(within);
  }

  goTo(time: Micros): void {
    this.show(this.frames.at(time));
  }

  /** Moves on by so many microseconds. */
  skip(by: Micros): void {
    const from = this.frames.start(this.target ?? this.frame);
    this.goTo(Math.min(Math.max(from + by, this.frames.start(0)), this.frames.end));
  }

  setLoop(stretch: { start: Micros; stop: Micros } | null): void {
    this.loop = stretch;
    if (stretch !== null) {
      this.goTo(stretch.start);
      // A browser may want a press before it plays sound: then it plays without.
      void this.main.play().catch(() => {
        this.main.muted = true;
        void this.main.play().catch(() => {});
      });
    }
    this.shown();
  }

  /** Waits until the frame that was asked for last is shown. */
  settled(): boolean {
    return this.target === null && !this.seeking;
  }

  /**
   * Seeks to the middle of the frame and waits until the browser has presented it. Now and then a browser
   * does not tell of a picture; a frame beside it is shown first then, so that the picture changes.
   */
  private seek(frame: number, attempt = 0): void {
    const beside = attempt % 2 === 1;
    const aim = !beside ? frame : frame > 0 ? frame - 1 : Math.min(1, this.frames.count - 1);
    const seconds = this.frames.within(aim, 0.5);
    this.seeking = true;
    const done = () => {
      this.main.removeEventListener("seeked", done);
      this.seeking = false;
      const asked = this.target;
      // The picture may come before the end of the seek: then it was seen already.
      if (asked === null) this.shown();
      else if (asked !== frame) this.seek(asked);
      else if (beside) this.seek(frame, attempt + 1);
      else if (this.frame === frame) this.see(frame);
      else afterPictures(() => this.target === frame && !this.seeking && this.seek(frame, attempt + 1));
    };
    this.main.addEventListener("seeked", done);
    this.main.currentTime = seconds;
    this.align(seconds);
  }

  /**
   * The browser tells of a picture. One of an earlier seek may come late: the one that was asked for last follows,
   * and steps begin there.
   */
  private presented(frame: number): void {
    const { aimed } = this;
    if (aimed !== null && frame !== aimed && !this.playing && this.target === null) {
      this.target = aimed;
      afterPictures(() => this.target === aimed && !this.seeking && this.seek(aimed));
    }
    this.see(frame);
  }

  /** The browser shows this frame. */
  private see(frame: number): void {
    this.frame = frame;
    if (this.target === frame) {
      this.target = null;
      this.aimed = this.playing ? null : frame;
    }
    const loop = this.loop;
    if (loop !== null && this.playing && this.time >= loop.stop) this.goTo(loop.start);
    // Paused, all cameras show the same moment, not only nearly; the last picture may come after the pause.
    if (this.playing) this.align(this.main.currentTime);
    else if (this.target === null) this.align(this.frames.within(frame, 0.5));
    this.shown();
  }

  /** Other cameras follow the first; a small lag is left alone while playing. */
  private align(seconds: number): void {
    const time = onClock(this.places[0] ?? ITS_OWN, seconds * 1e6);
    this.videos.forEach((video, index) => {
      if (index === 0) return;
      const wanted = Math.max(onRecording(this.places[index] ?? ITS_OWN, time) / 1e6, 0);
      const near = this.playing ? 0.08 : 0.001;
      if (Math.abs(video.currentTime - wanted) > near) video.currentTime = wanted;
    });
  }

  private others(act: (video: HTMLVideoElement) => void): void {
    this.videos.slice(1).forEach(act);
  }
}
