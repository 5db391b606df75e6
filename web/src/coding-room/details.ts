// Details of an event by key or finger: 1, 2, 3 … choose; Enter goes on, Escape leaves the rest open. The event
// itself is saved before anything is asked, so that nothing waits for an answer. To whom an act goes is asked
// first, and Escape leaves the act out.
import type { Behaviour, CodedEvent, Modifier } from "./model.js";
import { keyCap, make } from "./parts.js";

/** Signs that choose, in order. */
const SIGNS = "123456789abcdefghijklmnopqrstuvwxyz";

/** Keys of a number, for fingers. */
const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", ".", "-", "Backspace"];

type Answer = number | string[];

export class Details {
  private asked: Modifier[] = [];
  private answers: Record<string, Answer> = {};
  private digits = "";
  private done: ((answers: Record<string, Answer>) => void) | null = null;
  private chosen: ((word: string) => void) | null = null;
  private words: { word: string; label: string }[] = [];

  constructor(
    private readonly box: HTMLElement,
    private readonly say: (text: string) => void,
  ) {}

  get open(): boolean {
    return this.done !== null || this.chosen !== null;
  }

  /** Asks for the details of a behaviour, beginning with what an event has. */
  ask(behaviour: Behaviour, event: CodedEvent, done: (answers: Record<string, Answer>) => void): void {
    this.asked = [...behaviour.modifiers];
    this.answers = { ...event.modifiers };
    this.done = done;
    this.chosen = null;
    this.next();
  }

  /** Asks to whom. */
  askTarget(label: string, words: { word: string; label: string }[], chosen: (word: string) => void): void {
    this.close();
    this.chosen = chosen;
    this.words = words;
    this.draw(`${label}: to whom?`, words.map((one) => one.label), [], [["Escape", "leave it out"]]);
  }

  /** Takes a key; whether it was for this box. */
  key(event: KeyboardEvent): boolean {
    if (!this.open) return false;
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    return this.take(event.key);
  }

  /** A key, or a finger on what stands for it. */
  private take(key: string): boolean {
    if (key === "Escape") {
      const finish = this.done;
      const answers = this.answers;
      this.close();
      finish?.(answers);
      return true;
    }
    if (this.chosen !== null) return this.targetKey(key);
    return this.detailKey(key);
  }

  private targetKey(key: string): boolean {
    const word = this.words[SIGNS.indexOf(key)];
    if (key.length !== 1 || word === undefined) return false;
    const chosen = this.chosen;
    this.close();
    chosen?.(word.word);
    return true;
  }

  private detailKey(key: string): boolean {
    const modifier = this.asked[0];
    if (modifier === undefined) return false;
    if (key === "Enter") {
      this.goOn(modifier);
      return true;
    }
    if (modifier.kind === "number") {
      if (key === "Backspace") this.digits = this.digits.slice(0, -1);
      else if (/^[0-9.,-]$/.test(key)) this.digits += key.replace(",", ".");
      else return false;
      this.show(modifier);
      return true;
    }
    const word = modifier.words[SIGNS.indexOf(key)];
    if (key.length !== 1 || word === undefined) return false;
    if (modifier.kind === "one") {
      this.answers[modifier.id] = [word];
      this.skip();
    } else {
      const now = (this.answers[modifier.id] as string[] | undefined) ?? [];
      const after = now.includes(word) ? now.filter((one) => one !== word) : [...now, word];
      if (after.length === 0) delete this.answers[modifier.id];
      else this.answers[modifier.id] = after;
      this.show(modifier);
    }
    return true;
  }

  private goOn(modifier: Modifier): void {
    if (modifier.kind === "number" && this.digits !== "") {
      const number = Number(this.digits);
      const [low, high] = [modifier.minimum ?? -Infinity, modifier.maximum ?? Infinity];
      if (!Number.isFinite(number) || number < low || number > high) {
        this.say(`${modifier.label} runs from ${low} to ${high}.`);
        this.digits = "";
        this.show(modifier);
        return;
      }
      this.answers[modifier.id] = number;
    }
    this.skip();
  }

  private skip(): void {
    this.asked.shift();
    this.digits = "";
    this.next();
  }

  private next(): void {
    const modifier = this.asked[0];
    if (modifier !== undefined) {
      this.show(modifier);
      return;
    }
    const finish = this.done;
    const answers = this.answers;
    this.close();
    finish?.(answers);
  }

  private show(modifier: Modifier): void {
    const now = this.answers[modifier.id];
    const chosen = Array.isArray(now) ? now : [];
    if (modifier.kind === "number") {
      const bounds = `${modifier.minimum ?? ""} to ${modifier.maximum ?? ""}`;
      this.draw(`${modifier.label} (${bounds}): ${this.digits || (now ?? "…")}`, [], [], [["Enter", "go on"], ["Escape", "leave it open"]], DIGITS);
    } else {
      this.draw(`${modifier.label}${modifier.kind === "several" ? " (any number)" : ""}`, modifier.words, chosen);
    }
  }

  private draw(
    title: string, words: string[], chosen: string[],
    ends: [string, string][] = [["Enter", "go on"], ["Escape", "leave it open"]], digits: readonly string[] = [],
  ): void {
    const list = words.map((word, at) => {
      const key = SIGNS[at] ?? "";
      return make("li", chosen.includes(word) ? { class: "chosen" } : {}, this.button(key, ` ${word}`, key));
    });
    this.box.replaceChildren(
      make("h2", {}, title),
      make("ol", {}, ...list),
      digits.length === 0 ? "" : make("p", { class: "digits" }, ...digits.map((one) => this.button(one, "", one === "Backspace" ? "⌫" : one))),
      make("p", {}, ...ends.map(([key, what]) => this.button(key, ` ${what}`, key === "Escape" ? "Esc" : key))),
    );
    this.box.hidden = false;
    this.say(title);
  }

  /** A key to touch. */
  private button(key: string, label: string, cap: string): HTMLButtonElement {
    const button = make("button", { type: "button", class: "key-button", tabindex: "-1", "data-key": key }, keyCap(cap), label);
    button.addEventListener("click", () => this.take(key));
    return button;
  }

  private close(): void {
    this.done = null;
    this.chosen = null;
    this.asked = [];
    this.digits = "";
    this.box.hidden = true;
    this.box.replaceChildren();
  }
}
