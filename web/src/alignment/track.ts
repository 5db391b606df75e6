// One track: the sound of a camera, or what somebody coded. It slides under the line, by mouse, by finger
// and by keys; the line stays in the middle of the page.
import { fitted } from "../coding-room/canvas.js";
import type { Micros } from "../coding-room/model.js";
import { drawLoudness } from "../coding-room/loudness.js";
import { make } from "../coding-room/parts.js";
import { onClock, type Place } from "../coding-room/place.js";
import { clock, marksOf, type View } from "../coding-room/rows.js";

const HEIGHT = 72;

export interface CodedMark {
  start: Micros;
  stop: Micros | null;
  label: string;
}

/** What a track shows; all of it on the clock. */
export interface Shown {
  view: View;
  place: Place;
  length: Micros;
  loudness: Uint8Array | null;
  coded: readonly CodedMark[] | null;
  /** Times of the clock at which it was found to fit. */
  matches: readonly Micros[];
  value: string;
  seconds: number;
}

export interface TrackActs {
  /** While it is dragged, by how much in all since it was taken. */
  slide(by: Micros): void;
  /** It was let go. */
  drop(by: Micros): void;
  /** Whether the key was for the track. */
  key(event: KeyboardEvent): boolean;
  zoom(by: number): void;
}

export class Track {
  readonly element: HTMLElement;
  private readonly canvas = make("canvas", { "aria-hidden": "true" });
  private readonly value = make("span", { class: "number" });
  private from: number | null = null;
  private length: Micros = 1;

  constructor(name: string, private readonly acts: TrackActs, isFixed: boolean) {
    const label = make("p", { class: "track-name" }, name, " ", this.value);
    this.element = make("div", {
      class: isFixed ? "track fixed" : "track", tabindex: "0", role: "slider", "aria-label": name,
      "aria-orientation": "horizontal", "aria-valuemin": "-86400", "aria-valuemax": "86400",
    }, label, this.canvas);
    const { element } = this;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      this.from = event.clientX;
    });
    element.addEventListener("pointermove", (event) => {
      if (this.from !== null) acts.slide(this.moved(event));
    });
    element.addEventListener("pointerup", (event) => this.letGo(event));
    element.addEventListener("pointercancel", () => {
      if (this.from !== null) acts.slide(0);
      this.from = null;
    });
    element.addEventListener("keydown", (event) => {
      if (acts.key(event)) event.preventDefault();
    });
    element.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      acts.zoom(event.deltaY > 0 ? 1.25 : 0.8);
    }, { passive: false });
  }

  private letGo(event: PointerEvent): void {
    if (this.from === null) return;
    const by = this.moved(event);
    this.from = null;
    this.acts.drop(by);
  }

  private moved(event: PointerEvent): Micros {
    return ((event.clientX - (this.from ?? event.clientX)) / Math.max(this.canvas.clientWidth, 1)) * this.length;
  }

  get width(): number {
    return Math.max(this.canvas.clientWidth, 1);
  }

  draw(shown: Shown): void {
    const { view, place } = shown;
    this.length = view.stop - view.start;
    this.value.textContent = shown.value;
    this.element.setAttribute("aria-valuenow", shown.seconds.toFixed(3));
    this.element.setAttribute("aria-valuetext", shown.value);
    const context = fitted(this.canvas);
    context.clearRect(0, 0, view.width, HEIGHT);
    const style = getComputedStyle(document.body);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    context.font = '12px "Atkinson Hyperlegible Next", system-ui, sans-serif';
    context.textBaseline = "middle";
    const scale = view.width / this.length;
    const x = (time: Micros) => (time - view.start) * scale;
    context.fillStyle = colour("wash");
    const [begin, end] = [x(shown.coded === null ? place.offset : 0), x(shown.coded === null ? onClock(place, shown.length) : shown.length)];
    context.fillRect(begin, 0, end - begin, HEIGHT);
    context.fillStyle = colour("soft");
    for (const mark of marksOf(view)) {
      context.fillRect(Math.round(x(mark)), HEIGHT - 6, 1, 6);
      context.fillText(clock(mark, this.length < 20e6 ? 2 : 0), x(mark) + 3, HEIGHT - 8);
    }
    context.fillStyle = colour("action");
    if (shown.loudness !== null) drawLoudness(context, shown.loudness, view, place, 4, HEIGHT - 24);
    else if (shown.coded === null) context.fillText("This camera has no sound: go by its picture.", Math.max(begin, 0) + 8, HEIGHT / 2 - 8);
    if (shown.coded !== null) this.drawCoded(context, shown.coded, x, colour);
    context.fillStyle = colour("good");
    for (const match of shown.matches) {
      context.beginPath();
      context.arc(x(match), HEIGHT - 18, 4, 0, Math.PI * 2);
      context.fill();
    }
    context.fillStyle = colour("risk");
    context.fillRect(Math.round(view.width / 2) - 1, 0, 2, HEIGHT);
  }

  private drawCoded(
    context: CanvasRenderingContext2D, coded: readonly CodedMark[], x: (time: Micros) => number, colour: (name: string) => string,
  ): void {
    let free = -Infinity;
    for (const one of coded) {
      const [left, right] = [x(one.start), x(one.stop ?? one.start)];
      if (right < -200 || left > this.width) continue;
      context.fillStyle = colour("comparison");
      context.fillRect(left - 1, 6, 2, HEIGHT - 30);
      context.globalAlpha = 0.25;
      context.fillRect(left, 22, Math.max(right - left, 0), HEIGHT - 50);
      context.globalAlpha = 1;
      if (left < free) continue;
      context.fillStyle = colour("ink");
      context.fillText(one.label, left + 5, 14);
      free = left + 12 + context.measureText(one.label).width;
    }
  }
}
