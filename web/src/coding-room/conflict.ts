// What happens when the server has another version than this page: what still fits is made again, and
// whatever does not is told in words.
import type { Coding } from "./coding.js";
import type { CodedEvent } from "./model.js";
import { find, make } from "./parts.js";
import type { Waiting } from "./queue.js";

/** Whether the server refused because the coding has moved on; otherwise it refused what a change says. */
export function hasMoved(why: string): boolean {
  return why.includes("meanwhile") || why.includes("no longer");
}

/** Makes again what still fits. Returns what does not. */
export function makeAgain(coding: Coding, lost: readonly Waiting[], why: string, change: (one: Waiting) => void): Waiting[] {
  const moved = hasMoved(why);
  const dropped: Waiting[] = moved ? [] : lost.slice(0, 1);
  for (const one of moved ? lost : lost.slice(1)) {
    if (one.doing === "do" && coding.fits(one.edits)) change(one);
    else dropped.push(one);
  }
  return dropped;
}

export function tellOfConflict(title: string, kept: string, dropped: readonly Waiting[], words: (event: CodedEvent) => string): void {
  const list = dropped.flatMap((one) => one.edits).map((edit) => {
    const event = edit.of === "event" ? (edit.after ?? edit.before) : null;
    return make("li", {}, event === null ? `Rating ${edit.id}` : words(event));
  });
  find("#conflict .why", HTMLElement).textContent = title;
  find("#conflict .lost", HTMLElement).textContent = dropped.length === 0
    ? kept
    : "These changes were not made. Everything else is as it was saved.";
  find("#conflict ul", HTMLElement).replaceChildren(...list);
  find("#conflict", HTMLDialogElement).showModal();
}
