// Sends each change to the server at once, one after the other, and tells how that goes. What waits is
// kept in the browser, too, until the server has answered: what was answered is safe on the server.
import { type Kept, NOTHING } from "./kept_changes.js";
import type { Doing, Edit } from "./model.js";

export interface Waiting {
  key: string;
  doing: Doing;
  edits: Edit[];
}

export type Answered =
  | { is: "saved"; version: number }
  /** The server cannot be reached, or cannot write, or nobody is signed in: it is sent again. */
  | { is: "later"; why: string }
  /** Somebody else was first, or the change is not allowed: it will never be saved as it is. */
  | { is: "refused"; why: string };

export type Post = (change: Waiting & { base: number }) => Promise<Answered>;

export interface Told {
  waiting: number;
  /** Why what waits is not sent at the moment. */
  why: string | null;
}

export const FIRST_WAIT = 250;
export const LONGEST_WAIT = 5000;

export type Wait = (milliseconds: number) => Promise<void>;
export const waitFor: Wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Queue {
  private waiting: Waiting[] = [];
  private running = false;
  private ended: Promise<void> = Promise.resolve();
  private halted = false;
  private why: string | null = null;

  constructor(
    private version: number,
    private readonly post: Post,
    private readonly tell: (told: Told) => void,
    private readonly refused: (why: string, change: Waiting) => void,
    private readonly wait: Wait = waitFor,
    private readonly kept: Kept = NOTHING,
  ) {}

  get length(): number {
    return this.waiting.length;
  }

  /** Also after a refusal: what is coded while the coding is loaded again waits with what was refused. */
  add(change: Waiting): void {
    this.waiting.push(change);
    this.kept.write(this.waiting);
    this.because(this.why);
    this.send();
  }

  /** Why nothing is sent at the moment; null while it is. */
  because(why: string | null): void {
    this.why = why;
    this.tell({ waiting: this.waiting.length, why });
  }

  /** Sends nothing from now on; done when what is on its way has its answer. */
  async halt(): Promise<void> {
    this.halted = true;
    await this.ended;
  }

  /** Goes on as it was. */
  resume(): void {
    this.halted = false;
    this.send();
  }

  /** What an earlier page left comes before everything else but what is on its way. */
  putFirst(left: readonly Waiting[]): void {
    const sent = this.running ? 1 : 0;
    this.waiting = [...this.waiting.slice(0, sent), ...left, ...this.waiting.slice(sent)];
    this.kept.write(this.waiting);
    this.because(this.why);
  }

  /** Goes on from another version, after the coding was loaded again. Returns what waited: none of it was saved. */
  restart(version: number): Waiting[] {
    const unsaved = this.waiting;
    this.version = version;
    this.waiting = [];
    this.kept.write(this.waiting);
    this.halted = false;
    this.because(null);
    return unsaved;
  }

  private send(): void {
    if (this.halted || this.running) return;
    this.running = true;
    this.ended = this.run();
  }

  private async run(): Promise<void> {
    let pause = FIRST_WAIT;
    while (!this.halted) {
      const next = this.waiting[0];
      if (next === undefined) break;
      const answered = await this.post({ ...next, base: this.version });
      if (answered.is === "saved") {
        this.version = answered.version;
        this.waiting.shift();
        this.kept.write(this.waiting);
        pause = FIRST_WAIT;
        this.because(null);
      } else if (answered.is === "later") {
        this.because(answered.why);
        await this.wait(pause);
        pause = Math.min(pause * 2, LONGEST_WAIT);
      } else {
        this.halted = true;
        this.refused(answered.why, next);
      }
    }
    this.running = false;
  }
}
