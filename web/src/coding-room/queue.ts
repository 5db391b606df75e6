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
  why: string | null;
}

const LONGEST_WAIT = 5000;

export class Queue {
  private waiting: Waiting[] = [];
  private running = false;
  private halted = false;

  constructor(
    private version: number,
    private readonly post: Post,
    private readonly tell: (told: Told) => void,
    private readonly refused: (why: string) => void,
    private readonly wait: (milliseconds: number) => Promise<void> = (ms) =>
      new Promise((resolve) => setTimeout(resolve, ms)),
    private readonly kept: Kept = NOTHING,
  ) {}

  get length(): number {
    return this.waiting.length;
  }

  /** Also after a refusal: what is coded while the coding is loaded again waits with what was refused. */
  add(change: Waiting): void {
    this.waiting.push(change);
    this.kept.write(this.waiting);
    this.tell({ waiting: this.waiting.length, why: null });
    if (!this.halted) void this.run();
  }

  /** Goes on from another version, after the coding was loaded again. Returns what waited: none of it was saved. */
  restart(version: number): Waiting[] {
    const unsaved = this.waiting;
    this.version = version;
    this.waiting = [];
    this.kept.write(this.waiting);
    this.halted = false;
    this.tell({ waiting: 0, why: null });
    return unsaved;
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let pause = 250;
    while (!this.halted) {
      const next = this.waiting[0];
      if (next === undefined) break;
      const answered = await this.post({ ...next, base: this.version });
      if (answered.is === "saved") {
        this.version = answered.version;
        this.waiting.shift();
        this.kept.write(this.waiting);
        pause = 250;
        this.tell({ waiting: this.waiting.length, why: null });
      } else if (answered.is === "later") {
        this.tell({ waiting: this.waiting.length, why: answered.why });
        await this.wait(pause);
        pause = Math.min(pause * 2, LONGEST_WAIT);
      } else {
        this.halted = true;
        this.refused(answered.why);
      }
    }
    this.running = false;
  }
}

/** The server's answers in the words of the queue. */
export function poster(address: string): Post {
  return async (change) => {
    let response: Response;
    const body = JSON.stringify(change);
    try {
      response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body,
        // Outlasts the page; browsers take no more than 64 KiB of that.
        keepalive: body.length < 60_000,
      });
    } catch {
      return { is: "later", why: "the server cannot be reached" };
    }
    if (response.ok) {
      const { version } = (await response.json()) as { version: number };
      return { is: "saved", version };
    }
    const why = await reason(response);
    if (response.status === 401) {
      return { is: "later", why: "you were signed out: sign in in another tab, and your changes are saved" };
    }
    if (response.status === 408 || response.status === 429 || response.status >= 500) {
      return { is: "later", why: "the server could not write" };
    }
    return { is: "refused", why };
  };
}

async function reason(response: Response): Promise<string> {
  try {
    const told = (await response.json()) as { happened?: string; problem?: string };
    return told.happened ?? told.problem ?? `answer ${response.status}`;
  } catch {
    return `answer ${response.status}`;
  }
}
