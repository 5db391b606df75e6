// Which key does what. Keys of the scheme come first; a single sign that the scheme uses is the room's only
// with Alt.

/** What keys lead to. */
export interface KeyActs {
  /** Somebody is there. */
  awake(): void;
  /** A question that waits for a key; whether the key was for it. */
  answer(event: KeyboardEvent): boolean;
  /** The number of one of many, or a key of the scheme; whether it was one. */
  scheme(key: string, event: KeyboardEvent): boolean;
  released(key: string): void;
  /** No number is waited for any more. */
  otherKey(): void;
  /** Single signs of the room. */
  signs: Record<string, () => void>;
  /** Keys with a name; whether Shift is down is told. */
  named: Record<string, (shift: boolean) => void>;
  /** Keys with Ctrl, in lower case. */
  control: Record<string, (shift: boolean) => void>;
}

export function listenToKeys(acts: KeyActs): void {
  document.addEventListener("keydown", (event) => {
    acts.awake();
    if (isElsewhere(event)) return;
    if (acts.answer(event) || own(acts, event)) event.preventDefault();
  });
  // What a mouse or a finger presses takes no focus: Space and Enter stay keys of the room.
  document.addEventListener("mousedown", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest("button, summary") : null;
    if (pressed !== null && pressed.closest("dialog, header, #stage") === null) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => acts.released(event.key));
}

/** Whether the key belongs to a dialog that stands before the room, to a field or a button. */
function isElsewhere(event: KeyboardEvent): boolean {
  if (document.querySelector("dialog:modal") !== null) return true;
  const from = event.target;
  if (from instanceof HTMLInputElement || from instanceof HTMLTextAreaElement || from instanceof HTMLSelectElement) {
    if (event.key === "Escape") from.blur();
    return true;
  }
  const isControl = from instanceof HTMLButtonElement || from instanceof HTMLAnchorElement || (from instanceof HTMLElement && from.tagName === "SUMMARY");
  return isControl && (event.key === "Enter" || event.key === " ");
}

function own(acts: KeyActs, event: KeyboardEvent): boolean {
  const { key } = event;
  const single = key.length === 1 && !event.ctrlKey && !event.metaKey;
  if (single && key !== " " && acts.scheme(key, event)) return true;
  acts.otherKey();
  const table = event.ctrlKey || event.metaKey ? acts.control[key.toLowerCase()] : single ? (acts.signs[key] ?? acts.named[key]) : acts.named[key];
  table?.(event.shiftKey);
  return table !== undefined;
}
