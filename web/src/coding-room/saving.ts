// Each change goes to the server at once; what waits is kept in this browser. Where the server has moved on,
// what still fits is made again on what it has. Nothing that waits is given up without saying so.
import type { Coding } from "./coding.js";
import { hasMoved, makeAgain, tellOfConflict } from "./conflict.js";
import type { KeptChanges, Shelf } from "./kept_changes.js";
import { NotLoaded } from "./loading.js";
import type { Doing, Edit, RoomData } from "./model.js";
import { find } from "./parts.js";
import { AWAY, NOT_YOURS, poster, whyLater } from "./posting.js";
import { FIRST_WAIT, LONGEST_WAIT, Queue, type Told, waitFor, type Waiting } from "./queue.js";

const MOVED = "This coding was changed in another window or on another machine since this page was loaded.";
const MOVED_HERE = "changed meanwhile by another page of this browser";
const FINISHED = "this coding is finished; open it again, and they are saved";
const NOT_PLAYED = "this clip may no longer be played; whoever leads the coding knows more";
/** How often a change is made again where others are faster. */
const PATIENCE = 8;

export interface SavingActs {
  say(text: string): void;
  words(edit: Edit): string;
  /** Loads what the server has. */
  load(): Promise<RoomData>;
  /** What the server has was loaded: it is shown from now on. `all`: with everything that was done here since. */
  loaded(fresh: RoomData, all: boolean): void;
}

export class Saving {
  private readonly queue: Queue;
  private isLoading = false;
  /** The change that was refused last, and how often. */
  private refusals = { key: "", n: 0 };
  /** The button that finishes the coding, pressed while changes wait. */
  private finishing: HTMLFormElement | null = null;

  constructor(
    address: string,
    version: number,
    private readonly coding: Coding,
    private readonly kept: KeptChanges,
    private readonly acts: SavingActs,
  ) {
    this.queue = new Queue(
      version,
      poster(`${address}/changes`),
      (told) => this.told(told),
      (why, change) => void this.goOn(why, change),
      undefined,
      kept,
    );
    window.addEventListener("beforeunload", (event) => {
      if (this.queue.length > 0) event.preventDefault();
    });
    const finish = document.querySelector<HTMLFormElement>(".room-bar form[action$='/finish']");
    finish?.addEventListener("submit", (event) => {
      if (this.queue.length === 0) return;
      event.preventDefault();
      this.finishing = finish;
      this.acts.say("Finished as soon as everything is saved. Go on coding, and it is not.");
    });
  }

  add(doing: Doing, edits: Edit[]): void {
    this.finishing = null;
    this.queue.add({ key: crypto.randomUUID(), doing, edits });
  }

  /** What an earlier page could not send any more: its browser was killed, or had no network. */
  takeUp(left: readonly Waiting[], isFinished: boolean): void {
    if (left.length === 0) return;
    if (isFinished) {
      showSaved({ waiting: left.length, why: FINISHED }, true);
      return;
    }
    const { again, lost } = makeAgain(this.coding, left);
    for (const change of again) this.queue.add(change);
    if (again.length === 0) this.kept.write([]);
    if (lost.length > 0) this.tell("Changes that an earlier page kept do not fit any more.", lost);
    else if (again.length === 1) this.acts.say("One change that was not sent is sent now.");
    else if (again.length > 1) this.acts.say(`${again.length} changes that were not sent are sent now.`);
  }

  /** Another page of this browser, which kept what waits, was closed: this one keeps now, and sends what that one left. */
  async takeOver(shelf: Shelf | null): Promise<void> {
    await this.queue.halt();
    const left = await this.kept.takeUp(shelf);
    if (left.length > 0) {
      this.queue.putFirst(left);
      await this.goOn(MOVED_HERE, null);
    } else if (!this.isLoading) {
      this.queue.resume();
    }
  }

  /** The server has something else: it is loaded, and what still fits is made again on it. */
  private async goOn(why: string, refused: Waiting | null): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    await this.queue.halt();
    const fresh = await this.fresh();
    this.coding.reset(fresh.events, fresh.ratings, fresh.changes);
    const unsaved = this.queue.restart(fresh.version);
    const wrong = refused !== null && this.isWrong(refused, why) ? refused.key : null;
    const { again, lost } = makeAgain(this.coding, unsaved.filter((one) => one.key !== wrong));
    lost.unshift(...unsaved.filter((one) => one.key === wrong));
    for (const change of again) this.queue.add(change);
    this.isLoading = false;
    this.acts.loaded(fresh, lost.length === 0);
    if (lost.length > 0) this.tell(wrong === null ? MOVED : why, lost);
    else if (hasMoved(why)) this.acts.say(`${MOVED} What you did since was made again on top of it; nothing is lost.`);
    if (this.queue.length === 0) this.queue.because(null);
  }

  /** Whether a change is refused for what it says: also when it is made again on what the server has. */
  private isWrong({ key }: Waiting, why: string): boolean {
    this.refusals = { key, n: this.refusals.key === key ? this.refusals.n + 1 : 1 };
    return this.refusals.n >= (hasMoved(why) ? PATIENCE : 2);
  }

  private tell(why: string, lost: readonly Waiting[]): void {
    this.finishing = null;
    this.acts.say(why);
    tellOfConflict(why, lost, (edit) => this.acts.words(edit));
  }

  /** What the server has, as soon as it gives it to whoever codes here, and takes changes to it. */
  private async fresh(): Promise<RoomData> {
    for (let pause = FIRST_WAIT; ; pause = Math.min(pause * 2, LONGEST_WAIT)) {
      try {
        const fresh = await this.acts.load();
        if (!fresh.only_look && !fresh.finished) return fresh;
        this.queue.because(fresh.only_look ? NOT_YOURS : FINISHED);
      } catch (error) {
        this.queue.because(error instanceof NotLoaded ? whyNotLoaded(error.status) : AWAY);
      }
      await waitFor(pause);
    }
  }

  private told(told: Told): void {
    showSaved(told, this.kept.isSafe);
    const { finishing } = this;
    if (told.waiting > 0 || told.why !== null || this.isLoading || finishing === null) return;
    this.finishing = null;
    finishing.submit();
  }
}

function whyNotLoaded(status: number): string {
  return whyLater(status) ?? (status === 409 ? NOT_PLAYED : NOT_YOURS);
}

/** `isSafe`: what waits is kept in this browser, also when the page is closed. */
function showSaved(told: Told, isSafe: boolean): void {
  const saved = find("#saved", HTMLElement);
  document.body.dataset["waiting"] = String(told.waiting);
  saved.className = told.waiting === 0 ? "good" : told.why === null ? "" : "caution";
  const changes = told.waiting === 1 ? "1 change waits" : `${told.waiting} changes wait`;
  const where = isSafe ? "kept on this device" : "only on this page, so leave it open";
  saved.textContent = told.waiting === 0 ? "All saved" : told.why === null ? "Saving" : `${changes}, ${where}: ${told.why}`;
}
