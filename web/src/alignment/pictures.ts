// The picture of each camera at the line; played together, what fits is heard once.
import type { FrameTimes } from "../coding-room/frame_times.js";
import type { Micros } from "../coding-room/model.js";
import { onClock, onRecording, type Place } from "../coding-room/place.js";

export class Pictures {
  private wanted: number[] = [];

  constructor(
    private readonly videos: readonly HTMLVideoElement[],
    private readonly frames: readonly FrameTimes[],
    private readonly places: () => readonly Place[],
    private readonly played: (line: Micros) => void,
  ) {
    videos.forEach((video, index) => video.addEventListener("seeked", () => this.seek(index)));
    const first = videos[0];
    const follow = () => {
      const place = this.places()[0];
      if (first !== undefined && place !== undefined && this.playing) this.played(onClock(place, first.currentTime * 1e6));
      requestAnimationFrame(follow);
    };
    requestAnimationFrame(follow);
    first?.addEventListener("ended", () => this.pause());
  }

  get playing(): boolean {
    const first = this.videos[0];
    return first !== undefined && !first.paused && !first.ended;
  }

  /** The frame of a camera at a time of the clock, as long as the camera runs. */
  frame(index: number, line: Micros): { length: Micros; middle: number; isThere: boolean } {
    const frames = this.frames[index];
    const place = this.places()[index];
    if (frames === undefined || place === undefined) throw new Error(`no camera ${index}`);
    const time = onRecording(place, line);
    const frame = frames.at(time);
    const isThere = time >= 0 && time < frames.end;
    return { length: frames.stop(frame) - frames.start(frame), middle: frames.within(frame, 0.5), isThere };
  }

  show(line: Micros): void {
    if (this.playing) return;
    this.videos.forEach((video, index) => {
      const { middle, isThere } = this.frame(index, line);
      video.classList.toggle("not-there", !isThere);
      this.wanted[index] = middle;
      this.seek(index);
    });
  }

  private seek(index: number): void {
    const video = this.videos[index];
    const wanted = this.wanted[index];
    if (video === undefined || wanted === undefined || video.seeking || this.playing) return;
    if (Math.abs(video.currentTime - wanted) > 0.0005) video.currentTime = wanted;
  }

  toggle(line: Micros): void {
    if (this.playing) {
      this.pause();
      return;
    }
    this.videos.forEach((video, index) => {
      const { middle, isThere } = this.frame(index, line);
      if (!isThere) return;
      video.currentTime = middle;
      void video.play().catch(() => {
        // A browser may want a press before it plays sound: then it plays without.
        video.muted = true;
        void video.play().catch(() => {});
      });
    });
  }

  pause(): void {
    for (const video of this.videos) video.pause();
  }
}
