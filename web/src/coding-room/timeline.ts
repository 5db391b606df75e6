// The timeline on two canvases: what was coded, drawn when it or the view has changed, and above it the
// line of the present, drawn with every frame. Edges can be dragged; everything can be done by keys, too.
import type { Coding } from "./coding.js";
import type { FrameTimes } from "./frame_times.js";
import type { CodedEvent, Micros, Scheme } from "./model.js";
import { labelOf } from "./press.js";
import { type Edge, moveEdge, type Reshaped } from "./reshape.js";
import { type Box, boxesOf, clock, marksOf, type Row, rowsOf, type View } from "./rows.js";

const ROW = 24;
const RULER = 22;
const WAVE = 34;
const GRIP = 6;

/** Hues that differ for people who see few colours, too: they differ in lightness. */
const COLOURS = ["#6fc3bf", "#e3b163", "#9db4ee", "#d98cb3", "#a8cf7c", "#e58f6f", "#c3b1ea", "#86c5e8", "#d9cf7a"];

export interface Acts {
  seek(time: Micros): void;
  select(id: string | null): void;
  reshape(reshaped: Reshaped): void;
}

interface Drag {
  id: string;
  edge: Edge;
  time: Micros;
}

export class Timeline {
  private start = 0;
  private length: Micros;
  private rows: Row[] = [];
  private rowsRevision = -1;
  private hasOpen = false;
  private drawn = "";
  private drag: Drag | null = null;
  selected: string | null = null;
  peaks: Uint8Array | null = null;
  private readonly over: HTMLCanvasElement;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly scheme: Scheme,
    private readonly coding: Coding,
    private readonly frames: FrameTimes,
    private readonly acts: Acts,
  ) {
    this.length = Math.min(frames.end, 60e6);
    this.over = document.createElement("canvas");
    this.over.className = "now";
    this.over.setAttribute("aria-hidden", "true");
    canvas.after(this.over);
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => this.up());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  zoom(by: number, around: Micros): void {
    const length = Math.min(Math.max(this.length * by, 500e3), Math.max(this.frames.end, 500e3));
    const share = (around - this.start) / this.length;
    this.length = length;
    this.start = around - share * length;
    this.keepWithin();
  }

  private keepWithin(): void {
    this.start = Math.min(Math.max(this.start, 0), Math.max(this.frames.end - this.length, 0));
  }

  private view(): View {
    return { start: this.start, stop: this.start + this.length, width: this.canvas.clientWidth };
  }

  /** Brings a time into view. */
  follow(time: Micros): void {
    if (time >= this.start && time < this.start + this.length * 0.98) return;
    this.start = time - this.length * 0.1;
    this.keepWithin();
  }

  draw(now: Micros): void {
    if (this.rowsRevision !== this.coding.revision) {
      this.rows = rowsOf(this.scheme, this.coding);
      this.rowsRevision = this.coding.revision;
      this.hasOpen = this.coding.open().length > 0;
    }
    const view = this.view();
    const state = [view.start, view.stop, view.width, this.canvas.clientHeight, this.coding.revision, this.selected,
      this.drag?.time, this.hasOpen ? now : 0, this.peaks?.length].join(" ");
    if (state !== this.drawn) {
      this.drawn = state;
      this.drawCoded(view, now);
    }
    this.drawNow(view, now);
  }

  private drawCoded(view: View, now: Micros): void {
    const context = fitted(this.canvas);
    const height = this.canvas.clientHeight;
    context.fillStyle = "#14181e";
    context.fillRect(0, 0, view.width, height);
    context.font = '12px "Atkinson Hyperlegible Next", system-ui, sans-serif';
    context.textBaseline = "middle";
    const scale = view.width / (view.stop - view.start);
    context.fillStyle = "#b4b1a9";
    context.strokeStyle = "#2b323b";
    for (const mark of marksOf(view)) {
      const x = Math.round((mark - view.start) * scale) + 0.5;
      context.beginPath();
      context.moveTo(x, RULER);
      context.lineTo(x, height);
      context.stroke();
      context.fillText(clock(mark, view.stop - view.start < 20e6 ? 2 : 0), x + 3, RULER / 2);
    }
    this.drawWave(context, view);
    this.rows.forEach((row, place) => {
      const top = this.top(place);
      if (top > height) return;
      for (const box of boxesOf(row, view, now)) this.drawBox(context, box, top);
      context.fillStyle = "#e9e4da";
      context.globalAlpha = 0.75;
      context.fillText(row.label, 6, top + 7);
      context.globalAlpha = 1;
    });
    if (this.rows.length === 0) {
      context.fillStyle = "#b4b1a9";
      context.fillText("Nothing is coded yet: play, and press the keys of the scheme.", 12, this.top(0) + ROW);
    }
  }

  private drawWave(context: CanvasRenderingContext2D, view: View): void {
    if (this.peaks === null) return;
    context.fillStyle = "#4d6a78";
    const perPixel = ((view.stop - view.start) / view.width) * 50e-6;
    for (let x = 0; x < view.width; x += 1) {
      const from = Math.floor(view.start * 50e-6 + x * perPixel);
      const to = Math.max(from + 1, Math.floor(view.start * 50e-6 + (x + 1) * perPixel));
      let peak = 0;
      for (let at = from; at < to && at < this.peaks.length; at += 1) peak = Math.max(peak, this.peaks[at] ?? 0);
      const half = (peak / 255) * (WAVE / 2 - 2);
      context.fillRect(x, RULER + WAVE / 2 - half, 1, Math.max(half * 2, 1));
    }
  }

  private top(place: number): number {
    return RULER + (this.peaks === null ? 0 : WAVE) + 4 + place * (ROW + 8);
  }

  private drawBox(context: CanvasRenderingContext2D, box: Box, top: number): void {
    const event = this.draggedEvent(box.id, box.event);
    const at = this.scheme.behaviours.findIndex((one) => one.id === event.behaviour);
    const colour = COLOURS[(at < 0 ? 0 : at) % COLOURS.length] as string;
    const y = top + 14;
    const width = box.right - box.left;
    context.fillStyle = colour;
    if (event.point) {
      context.beginPath();
      context.arc(box.left, y + 6, 5, 0, Math.PI * 2);
      context.fill();
    } else {
      context.globalAlpha = event.stop === null ? 0.55 : 0.9;
      context.fillRect(box.left, y, width, 13);
      context.globalAlpha = 1;
      if (width > 46) {
        context.save();
        context.beginPath();
        context.rect(box.left, y, width - 4, 13);
        context.clip();
        context.fillStyle = "#10141a";
        context.fillText(labelOf(this.scheme, event), box.left + 4, y + 7);
        context.restore();
      }
    }
    if (box.id === this.selected) {
      context.strokeStyle = "#ffffff";
      context.lineWidth = 2;
      context.strokeRect(box.left - (event.point ? 7 : 1), y - 2, event.point ? 14 : width + 2, 17);
      context.lineWidth = 1;
    }
  }

  private draggedEvent(id: string, event: CodedEvent): CodedEvent {
    return this.drag?.id === id ? { ...event, [this.drag.edge]: this.drag.time } : event;
  }

  private drawNow(view: View, now: Micros): void {
    const context = fitted(this.over);
    context.clearRect(0, 0, view.width, this.over.clientHeight);
    const x = Math.round(((now - view.start) / (view.stop - view.start)) * view.width) + 0.5;
    context.strokeStyle = "#ffffff";
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, this.over.clientHeight);
    context.stroke();
  }

  private timeAt(event: PointerEvent | WheelEvent): Micros {
    const view = this.view();
    const x = event.clientX - this.canvas.getBoundingClientRect().left;
    return view.start + (x / view.width) * (view.stop - view.start);
  }

  private boxAt(event: PointerEvent): { box: Box; edge: Edge | null } | null {
    const frame = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const place = Math.floor((y - this.top(0)) / (ROW + 8));
    const row = this.rows[place];
    if (row === undefined) return null;
    const boxes = boxesOf(row, this.view(), this.frames.end);
    const box = boxes.find((one) => x >= one.left - GRIP && x <= one.right + GRIP);
    if (box === undefined) return null;
    const near = (at: number) => Math.abs(x - at) <= GRIP;
    const edge = near(box.right) && box.event.stop !== null ? "stop" : near(box.left) ? "start" : null;
    return { box, edge };
  }

  private down(event: PointerEvent): void {
    const found = this.boxAt(event);
    if (found === null) {
      this.acts.select(null);
      this.acts.seek(this.timeAt(event));
      return;
    }
    this.acts.select(found.box.id);
    if (found.edge === null) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { id: found.box.id, edge: found.edge, time: this.frames.snap(this.timeAt(event)) };
  }

  private move(event: PointerEvent): void {
    if (this.drag === null) {
      this.canvas.classList.toggle("on-edge", this.boxAt(event)?.edge != null);
      return;
    }
    this.drag.time = this.frames.snap(this.timeAt(event));
    this.acts.seek(this.drag.time);
  }

  private up(): void {
    const drag = this.drag;
    this.drag = null;
    if (drag !== null) this.acts.reshape(moveEdge(this.coding, this.frames, drag.id, drag.edge, drag.time));
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey) {
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.timeAt(event));
    } else {
      const by = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
      this.start += (by / this.canvas.clientWidth) * this.length;
      this.keepWithin();
    }
  }
}

/** A context in CSS pixels, sharp on any screen. */
function fitted(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser has no canvas");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
