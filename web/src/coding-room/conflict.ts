// What happens when the server has another version than this page: what still fits is made again, and
// whatever does not is told in words.
import type { Coding } from "./coding.js";
import { onFirstClock } from "./live_clock.js";
import type { Edit } from "./model.js";
import { find, make } from "./parts.js";
import type { Waiting } from "./queue.js";

/** Whether the server refused because the coding has moved on; otherwise it refused what a change says. */
export function hasMoved(why: string): boolean {
  return why.includes("meanwhile") || why.includes("no longer");
}

/**
 * Makes again what still fits; it keeps its key, so that what the server has after all counts once. Returns
 * what is to be sent again, and what does not fit any more. What is there already is neither.
 */
export function makeAgain(coding: Coding, unsaved: readonly Waiting[]): { again: Waiting[]; lost: Waiting[] } {
  const again: Waiting[] = [];
  const lost: Waiting[] = [];
  for (const one of onFirstClock(coding, unsaved)) {
    if (coding.fits(one.edits)) {
      const doing = coding.doingNow(one.doing, one.edits);
      coding.apply(doing, one.edits);
      again.push({ ...one, doing });
    } else if (!coding.has(one.edits)) {
      lost.push(one);
    }
  }
  return { again, lost };
}

/**
 * Says what was not made, beside the room and not in front of it: whoever codes a session while it happens
 * goes on coding. What is told before it was read stays told.
 */
export function tellOfConflict(why: string, lost: readonly Waiting[], words: (edit: Edit) => string): void {
  const told = find("#conflict", HTMLDialogElement);
  const list = find("#conflict ul", HTMLElement);
  const items = lost.flatMap((one) => one.edits).map((edit) => make("li", {}, words(edit)));
  if (told.open) {
    list.append(...items);
    return;
  }
  list.replaceChildren(...items);
  find("#conflict .why", HTMLElement).textContent = why;
  const focused = document.activeElement;
  told.show();
  // A dialog takes the focus; Space and Enter stay keys of the room.
  if (focused instanceof HTMLElement && focused !== document.body) focused.focus();
  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Esc closes what was told. */
export function closesConflict(event: KeyboardEvent): boolean {
  const told = find("#conflict", HTMLDialogElement);
  if (event.key !== "Escape" || !told.open) return false;
  told.close();
  return true;
}
