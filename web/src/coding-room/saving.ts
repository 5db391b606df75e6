// Each change goes to the server at once; what waits is kept in this browser. Where the server has moved on,
// what still fits is made again on what it has.
import type { Coding } from "./coding.js";
import { hasMoved, makeAgain, tellOfConflict } from "./conflict.js";
import { type Kept, sortKept } from "./kept_changes.js";
import type { CodedEvent, Doing, Edit, RoomData } from "./model.js";
import { find } from "./parts.js";
import { poster, Queue, type Told, type Waiting } from "./queue.js";

export interface SavingActs {
  say(text: string): void;
  words(event: CodedEvent): string;
  /** Makes a change again. */
  change(edits: Edit[]): void;
  /** Loads what the server has. */
  load(): Promise<RoomData>;
  /** What the server has was loaded: it is shown from now on. */
  loaded(fresh: RoomData): void;
}

export class Saving {
  private readonly queue: Queue;

  constructor(
    address: string,
    version: number,
    private readonly coding: Coding,
    private readonly kept: Kept,
    private readonly acts: SavingActs,
  ) {
    this.queue = new Queue(
      version,
      poster(`${address}/changes`),
      (told) => showSaved(told, kept.isSafe),
      (why) => void this.showConflict(why),
      undefined,
      kept,
    );
    window.addEventListener("beforeunload", (event) => {
      if (this.queue.length > 0) event.preventDefault();
    });
  }

  add(doing: Doing, edits: Edit[]): void {
    this.queue.add({ key: crypto.randomUUID(), doing, edits });
  }

  /** What an earlier page could not send any more: its browser was killed, or had no network. */
  takeUpKept(): void {
    const kept = this.kept.read();
    if (kept.length === 0) return;
    const { again, lost } = sortKept(this.coding, kept);
    for (const change of again) this.queue.add(change);
    if (again.length === 0) this.kept.write([]);
    if (lost.length > 0) {
      tellOfConflict("Changes that an earlier page kept do not fit any more.", "", lost, (event) => this.acts.words(event));
    } else if (again.length > 0) {
      this.acts.say(again.length === 1 ? "One change that was not sent is sent now." : `${again.length} changes that were not sent are sent now.`);
    }
  }

  /** Somebody else was first: what the server has is loaded, and what still fits is made again on it. */
  private async showConflict(why: string): Promise<void> {
    let fresh: RoomData;
    try {
      fresh = await this.acts.load();
    } catch {
      this.acts.say(`${why} The page could not be loaded again: reload it in the browser.`);
      return;
    }
    this.coding.reset(fresh.events, fresh.ratings, fresh.changes);
    const unsaved = this.queue.restart(fresh.version);
    this.acts.loaded(fresh);
    const dropped = makeAgain(this.coding, unsaved, why, (change) => this.acts.change(change.edits));
    const title = hasMoved(why)
      ? "This coding was changed in another window or on another machine since this page was loaded."
      : why;
    tellOfConflict(title, "What you did since was made again on top of it; nothing is lost.", dropped, (event) => this.acts.words(event));
  }
}

/** `isSafe`: what waits is kept in this browser, also when the page is closed. */
function showSaved(told: Told, isSafe: boolean): void {
  const saved = find("#saved", HTMLElement);
  document.body.dataset["waiting"] = String(told.waiting);
  saved.className = told.why === null ? (told.waiting === 0 ? "good" : "") : "caution";
  const changes = told.waiting === 1 ? "1 change waits" : `${told.waiting} changes wait`;
  const where = isSafe ? "kept on this device" : "only on this page, so leave it open";
  saved.textContent = told.waiting === 0 ? "All saved" : told.why === null ? "Saving" : `${changes}, ${where}: ${told.why}`;
}
