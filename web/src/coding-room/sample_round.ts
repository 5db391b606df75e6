// When samples of time are asked for: as they come due while the recording plays, or by a key, the first one
// without an answer. What is asked and answered is in `sample_prompt`.
import type { Coding } from "./coding.js";
import type { Micros, Scheme } from "./model.js";
import { find } from "./parts.js";
import type { Player } from "./player.js";
import type { SamplePrompt } from "./sample_prompt.js";
import { due, firstOpen, progress, type Sample, sampledEvery } from "./sampling.js";

export class SampleRound {
  /** Until when samples were looked for. */
  private until: Micros = 0;
  /** Whether it played when a sample came due. */
  private playsOn = false;

  constructor(
    private readonly scheme: Scheme,
    private readonly coding: Coding,
    private readonly player: Player,
    private readonly prompt: SamplePrompt,
    /** A clock that runs waits for nobody. */
    private readonly isLive: boolean,
    private readonly say: (text: string) => void,
  ) {}

  /** Looks whether a sample came due since the last look; only while time goes on by itself. */
  look(): void {
    const { time, playing } = this.player;
    const from = Math.min(this.until, time);
    this.until = time;
    if (!playing || this.prompt.open || time <= from) return;
    const sample = due(this.scheme, this.coding, from, time);
    if (sample === null) return;
    this.playsOn = true;
    this.ask(sample);
    this.show();
  }

  /** The first sample without an answer. */
  open(): void {
    if (sampledEvery(this.scheme).length === 0) {
      this.say("This scheme does not sample time.");
      return;
    }
    const sample = firstOpen(this.scheme, this.coding, this.end());
    if (sample === null) {
      this.say("Every sample has its answer.");
      return;
    }
    this.playsOn = this.player.playing;
    this.ask(sample);
  }

  /** It was answered, or left: the recording plays on if it played. */
  closed(): void {
    this.until = Math.max(this.player.time, this.until);
    if (this.playsOn && !this.isLive) this.player.play();
    this.playsOn = false;
  }

  /** How many have their answer. */
  show(): void {
    const button = find("#show-sample", HTMLButtonElement);
    button.hidden = sampledEvery(this.scheme).length === 0;
    if (button.hidden) return;
    const { done, all } = progress(this.scheme, this.coding, this.end());
    find("#sampled", HTMLElement).textContent = `${done} of ${all}`;
  }

  private ask(sample: Sample): void {
    this.player.pause();
    if (!this.isLive) this.player.goTo(Math.max(sample.stop - 1, sample.start));
    this.prompt.ask(sample);
  }

  private end(): Micros {
    return this.isLive ? this.player.time : this.player.frames.end;
  }
}
