// What stands around the recording: the clock, the list of events, what is going on with a session.
import type { Coding } from "./coding.js";
import type { LiveClock } from "./live_clock.js";
import { type CodedEvent, isOpen, type Scheme } from "./model.js";
import { find, make } from "./parts.js";
import type { Player } from "./player.js";
import { clock } from "./rows.js";

/** The readouts: where it stands, and whether that frame is shown. */
export function showTime(player: Player, isLive: boolean): void {
  find("#clock", HTMLElement).textContent = clock(player.time);
  find("#frame", HTMLElement).textContent = isLive ? "" : `frame ${player.frame}`;
  document.body.dataset["frame"] = String(player.frame);
  document.body.dataset["settled"] = String(player.settled());
  const rate = isLive ? "" : `${player.rate} × `;
  find("#rate", HTMLElement).textContent = `${rate}${player.playing ? (player.looping ? "loop" : "") : "paused"}`;
}

/** The buttons beneath the recording, for mouse and finger; keys do the same. */
export function listenToTransport(player: Player): void {
  const acts: Record<string, () => void> = {
    "second-back": () => player.skip(-1e6),
    "frame-back": () => player.step(-1),
    play: () => player.toggle(),
    "frame-on": () => player.step(1),
    "second-on": () => player.skip(1e6),
    slower: () => player.faster(-1),
    faster: () => player.faster(1),
  };
  for (const button of document.querySelectorAll<HTMLButtonElement>("#transport button")) {
    button.addEventListener("click", acts[button.dataset["go"] ?? ""] ?? (() => {}));
  }
}

export function showLive(live: LiveClock): void {
  const go = find("#live-go", HTMLButtonElement);
  go.textContent = !live.begun ? "Begin" : live.paused ? "Go on" : "Pause";
  go.hidden = live.begun && !live.running;
  find("#live-end", HTMLButtonElement).hidden = !live.running;
  document.body.dataset["live"] = !live.begun ? "waits" : live.paused ? "paused" : live.running ? "runs" : "ended";
}

/** How many scales are rated, and what undo and redo have to do. */
export function showTools(scheme: Scheme, coding: Coding): void {
  const rated = scheme.ratings.filter((scale) => coding.ratings.has(scale.id)).length;
  find("#show-ratings", HTMLButtonElement).hidden = scheme.ratings.length === 0;
  find("#rated", HTMLElement).textContent = `${rated} of ${scheme.ratings.length}`;
  find("#undo", HTMLButtonElement).disabled = coding.undo() === null;
  find("#redo", HTMLButtonElement).disabled = coding.redo() === null;
}

/** Everything that is coded as a list, for those who do not see the timeline. */
export function fillEvents(
  coding: Coding,
  selected: string | null,
  words: (event: CodedEvent) => string,
  choose: (id: string, event: CodedEvent) => void,
): void {
  const list = find("#events", HTMLDetailsElement);
  find("#events-count", HTMLElement).textContent = String(coding.events.size);
  const open = coding.open().length;
  find("#open-count", HTMLElement).textContent = open === 0 ? "" : `, ${open} without an end`;
  if (!list.open) return;
  const items = coding.inOrder().map(([id, event]) => {
    const button = make("button", { type: "button", class: "as-link", "aria-pressed": String(id === selected) }, words(event));
    button.addEventListener("click", () => choose(id, event));
    return make("li", isOpen(event) ? { class: "no-end" } : {}, button);
  });
  find("#events ol", HTMLElement).replaceChildren(...items);
}

/** Asks for a comment on an event; done with what was typed, unless it is left as it was. */
export function askComment(event: CodedEvent, done: (comment: string) => void): void {
  const dialog = find("#comment", HTMLDialogElement);
  const field = find("#comment textarea", HTMLTextAreaElement);
  field.value = event.comment ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "keep" && field.value !== (event.comment ?? "")) done(field.value.slice(0, 2000));
  }, { once: true });
}
