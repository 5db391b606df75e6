// The keys: those of the scheme at the side, with what is going on now, and all of them on one sheet.
import type { Coding } from "./coding.js";
import type { Behaviour, Scheme } from "./model.js";
import { keyCap, make } from "./parts.js";
import { ongoing, type Who, whoShows } from "./press.js";

/** Keys of the room itself. A scheme may use the single signs for itself; then Alt makes them the room's. */
export const ROOM_KEYS: [string, string][] = [
  ["Space", "play, pause"],
  ["← →", "one frame back, on"],
  ["Shift ← →", "one second back, on"],
  ["Ctrl ← →", "ten seconds back, on"],
  ["↑ ↓", "faster, slower"],
  ["Backspace", "at its own speed again"],
  ["Home End", "first frame, last frame"],
  ["PageUp PageDown", "event before, event after: goes there and selects it"],
  ["Enter", "loop the selected bout; again to stop"],
  ["[ ]", "the selected bout begins, ends at this frame"],
  [", .", "end of the selected bout one frame earlier, later"],
  ["< >", "begin of the selected bout one frame earlier, later"],
  ["/", "cut the selected bout at this frame"],
  ["\\", "join the selected bout with the next one of its kind"],
  ["'", "comment on the selected event"],
  ["=", "details of the selected event"],
  ["Delete", "delete the selected event"],
  ["Ctrl Z", "undo"],
  ["Ctrl Y", "redo"],
  ["+ −", "timeline closer, wider"],
  ["F6", "answer a sample of time: the first one without an answer"],
  ["F7", "sound: loudness, spectrum, nothing"],
  ["F8", "cannot be coded: from here, to here; in a sample, whoever is chosen cannot be seen"],
  ["Shift F8", "in a sample: nobody can be seen"],
  ["F9", "whoever is chosen is there, also without doing anything that is coded"],
  ["F2", "hold to code: a state lasts as long as its key is down"],
  ["F4", "ratings"],
  ["?", "this sheet"],
  ["Esc", "close, deselect"],
];

/** A key of the scheme, pressed with mouse or finger; `down` where holding counts. */
export type Act = (id: string, down: boolean) => void;

export function drawKeys(panel: HTMLElement, scheme: Scheme, coding: Coding, who: Who, act: Act): void {
  const groups: HTMLElement[] = [];
  if (scheme.subjects.length > 0) {
    const list = scheme.subjects.map((subject) => {
      const label = subject.many ? `${subject.label} ${who.numbers[subject.id] ?? 1}` : subject.label;
      return item(subject.key, label, who.subject === subject.id ? "chosen" : "", act, subject.id);
    });
    groups.push(group("Who", list));
  }
  for (const set of scheme.sets) {
    const members = scheme.behaviours.filter((one) => one.set === set.id);
    groups.push(group(set.exclusive ? `${set.label} (one at a time)` : set.label, members.map(behaviourItem)));
  }
  const rest: [string, Behaviour["kind"]][] = [["Points", "point"], ["Acts", "act"], ["Spans", "span"]];
  for (const [label, kind] of rest) {
    const members = scheme.behaviours.filter((one) => one.kind === kind);
    if (members.length > 0) groups.push(group(label, members.map(behaviourItem)));
  }
  panel.replaceChildren(...groups);

  function behaviourItem(behaviour: Behaviour): HTMLElement {
    const subject = behaviour.kind === "span" ? null : whoShows(scheme, behaviour, who);
    const on = (subject !== null || behaviour.kind === "span") && ongoing(coding, behaviour, subject) !== null;
    return item(behaviour.key, behaviour.label, on ? "going-on" : "", act, behaviour.id);
  }
}

function group(label: string, items: HTMLElement[]): HTMLElement {
  return make("section", {}, make("h2", {}, label), make("ul", {}, ...items));
}

function item(key: string | null, label: string, state: string, act: Act, id: string): HTMLElement {
  const button = make("button", { type: "button", class: `key-button ${state}`, "data-code": id, tabindex: "-1" });
  button.append(keyCap(key ?? "–"), make("span", {}, label));
  if (state === "going-on") button.append(make("span", { class: "state" }, "on"));
  if (state === "chosen") button.append(make("span", { class: "state" }, "now"));
  button.addEventListener("pointerdown", () => act(id, true));
  button.addEventListener("pointerup", () => act(id, false));
  button.addEventListener("pointerleave", () => act(id, false));
  // From a keyboard or a reading program there is no pointer.
  button.addEventListener("click", (event) => {
    if (event.detail !== 0) return;
    act(id, true);
    act(id, false);
  });
  return make("li", {}, button);
}

export function fillSheet(sheet: HTMLElement, scheme: Scheme): void {
  const rows = (pairs: [string, string, string?][]) =>
    pairs.map(([key, what, more]) =>
      make("tr", {}, make("th", { scope: "row" }, ...key.split(" ").flatMap((one) => [keyCap(one), " "])),
        make("td", {}, what, more === undefined ? null : make("p", { class: "definition" }, more))));
  const table = (caption: string, pairs: [string, string, string?][]) =>
    make("table", {}, make("caption", {}, caption), make("tbody", {}, ...rows(pairs)));
  const coded: [string, string, string?][] = scheme.behaviours.map((one) => [one.key ?? "–", one.label, one.definition]);
  const subjects: [string, string, string?][] = scheme.subjects.map((one) => [
    one.key ?? "–",
    one.many ? `${one.label}; then 1 to 9 for which one` : one.label,
  ]);
  const parts = [table("The room", ROOM_KEYS)];
  if (subjects.length > 0) parts.unshift(table("Who", subjects));
  if (coded.length > 0) parts.unshift(table("What", coded));
  sheet.replaceChildren(...parts);
}
