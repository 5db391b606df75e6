// The fields that are sent: seconds and millionths, camera by camera. They can be typed, too; they are kept
// without leaving the page, so that undo goes on.
import { find } from "../coding-room/parts.js";
import type { Place } from "../coding-room/place.js";

export class Fields {
  private kept = "";
  /** One after the other: what was kept last is what the server has. */
  private keeping: Promise<void> = Promise.resolve();
  private typed: (index: number, place: Place) => void = () => {};

  constructor(private readonly form: HTMLFormElement) {
    form.addEventListener("input", (event) => {
      const index = Number(/\d$/.exec((event.target as HTMLElement).id)?.[0] ?? 0) - 1;
      const place = this.read(index);
      if (place !== null) this.typed(index, place);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keeping = this.keeping.then(() => this.keep());
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.values() !== this.kept) event.preventDefault();
    });
  }

  onTyped(typed: (index: number, place: Place) => void): void {
    this.typed = typed;
    this.kept = this.values();
  }

  private input(name: string, index: number): HTMLInputElement | null {
    return this.form.querySelector<HTMLInputElement>(`#${name}${index + 1}`);
  }

  private read(index: number): Place | null {
    const number = (name: string) => {
      const text = this.input(name, index)?.value.trim().replace(",", ".").replace("−", "-") ?? "";
      return text === "" ? NaN : Number(text);
    };
    const [seconds, drift] = [number("start"), number("drift")];
    return Number.isFinite(seconds) && Number.isFinite(drift) ? { offset: Math.round(seconds * 1e6), drift: Math.round(drift) } : null;
  }

  show(places: readonly Place[]): void {
    places.forEach((place, index) => {
      const [start, drift] = [this.input("start", index), this.input("drift", index)];
      // What is being typed is left as it is.
      if (start === null || drift === null || document.activeElement === start || document.activeElement === drift) return;
      start.value = String(place.offset / 1e6);
      drift.value = String(place.drift);
    });
    this.tell(this.values() === this.kept ? "" : "Not kept yet.");
  }

  private values(): string {
    return new URLSearchParams([...new FormData(this.form)].map(([name, value]) => [name, String(value)])).toString();
  }

  private tell(text: string): void {
    find("#kept", HTMLElement).textContent = text;
  }

  private async keep(): Promise<void> {
    const sent = this.values();
    try {
      const response = await fetch(this.form.action, {
        method: "POST", headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" }, body: sent,
      });
      if (response.ok) {
        this.kept = sent;
        if (this.values() !== sent) this.tell("Not kept yet.");
        else this.tell("Kept. Codes keep their times; the recording lies here from now on.");
        return;
      }
      const told = (await response.json().catch(() => ({}))) as { happened?: string; problem?: string };
      this.tell(`Not kept: ${told.happened ?? told.problem ?? `the server answered ${response.status}`}`);
    } catch {
      this.tell("Not kept: the server cannot be reached. Try again; nothing here is lost.");
    }
  }
}
