// Hold to code: a state lasts as long as its key, or finger, is down.
import { find } from "./parts.js";

export class Holding {
  private isOn = false;
  /** What a press that goes on has begun, by the name of the press. */
  private readonly held = new Map<string, string>();

  constructor(private readonly end: (id: string) => void) {
    window.addEventListener("blur", () => this.letGo());
  }

  /** Turns it on or off; says which. */
  toggle(): string {
    this.letGo();
    this.isOn = !this.isOn;
    find("#hold", HTMLButtonElement).setAttribute("aria-pressed", String(this.isOn));
    return this.isOn ? "Hold to code: a state lasts as long as its key is down" : "A key begins, the same key ends";
  }

  /** A press began a bout. */
  began(press: string, id: string): void {
    if (this.isOn) this.held.set(press, id);
  }

  release(press: string): void {
    const id = this.held.get(press);
    if (id === undefined) return;
    this.held.delete(press);
    this.end(id);
  }

  private letGo(): void {
    for (const id of this.held.values()) this.end(id);
    this.held.clear();
  }
}
