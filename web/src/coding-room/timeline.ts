// The timeline on two canvases: what was coded, drawn when it or the view has changed, and above it the
// line of the present, drawn with every frame. Names of rows stand in a margin of their own. Edges can
// be dragged; everything can be done by keys, too.
import { fitted, line, shortened } from "./canvas.js";
import type { Coding } from "./coding.js";
import type { Difference } from "./comparison.js";
import { drawLoudness } from "./loudness.js";
import type { CodedEvent, Micros, ProposedSpeech, Scheme } from "./model.js";
import { onClock, type Place } from "./place.js";
import type { Times } from "./player.js";
import { type Edge, moveEdge, type Reshaped } from "./reshape.js";
import { type Box, boxesOf, clock, marksOf, type Row, rowsOf, sideBySide, type View } from "./rows.js";
import { drawBox } from "./row_box.js";
import type { SampledEvery } from "./sampling.js";
import type { Spectrum } from "./spectrum.js";

const PITCH = 22;
const RULER = 22;
const GRIP = 6;
const STRIP = 16;
const HEIGHT_OF_SOUND = { loudness: 34, spectrum: 72, nothing: 0 } as const;

export type SoundShown = keyof typeof HEIGHT_OF_SOUND;

const PAPER = "#14181e";
const SHEET = "#1b2027";
const SOFT = "#b4b1a9";
const RULE = "#2b323b";
const INK = "#e9e4da";
const RISK = "#ee9888";

export interface Acts {
  seek(time: Micros): void;
  select(id: string | null): void;
  reshape(reshaped: Reshaped): void;
}

/** What is drawn beside the coding itself. */
export interface Beside {
  second: { coding: Coding; names: [string, string]; differences: Difference[] } | null;
  proposals: ProposedSpeech[];
  sampled: SampledEvery[];
  /** Where on the coder's clock the recording, and with it the sound, lies. */
  place: Place;
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
  private scrolled = 0;
  private hasOpen = false;
  private drawn = "";
  private drag: Drag | null = null;
  selected: string | null = null;
  peaks: Uint8Array | null = null;
  spectrum: Spectrum | null = null;
  sound: SoundShown = "loudness";
  private readonly over: HTMLCanvasElement;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly scheme: Scheme,
    private readonly coding: Coding,
    private readonly frames: Times,
    private readonly beside: Beside,
    private readonly acts: Acts,
  ) {
    this.length = Math.min(Math.max(frames.end, 10e6), 60e6);
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
    const length = Math.min(Math.max(this.length * by, 500e3), Math.max(this.frames.end, 10e6));
    const share = (around - this.start) / this.length;
    this.length = length;
    this.start = around - share * length;
    this.keepWithin();
  }

  private keepWithin(): void {
    this.start = Math.min(Math.max(this.start, 0), Math.max(this.frames.end - this.length, 0));
  }

  private get margin(): number {
    return Math.round(Math.min(Math.max(this.canvas.clientWidth * 0.2, 84), 230));
  }

  private view(): View {
    return { start: this.start, stop: this.start + this.length, width: Math.max(this.canvas.clientWidth - this.margin, 1) };
  }

  /** Brings a time into view. */
  follow(time: Micros): void {
    if (time >= this.start && time < this.start + this.length * 0.98) return;
    this.start = Math.max(time - this.length * 0.1, 0);
    if (time < this.frames.end) this.keepWithin();
  }

  /** Sound as loudness, as spectrum, not at all; says which. */
  nextSound(): string {
    const ways: SoundShown[] = this.spectrum === null ? ["loudness", "nothing"] : ["loudness", "spectrum", "nothing"];
    this.sound = ways[(ways.indexOf(this.sound) + 1) % ways.length] as SoundShown;
    const words = { loudness: "Loudness of the sound", spectrum: "Spectrum of the sound: 80 to 4,000 Hz", nothing: "Sound is not drawn" };
    return words[this.sound];
  }

  draw(now: Micros): void {
    if (this.rowsRevision !== this.coding.revision) {
      const { second } = this.beside;
      this.rows = second === null
        ? rowsOf(this.scheme, this.coding)
        : sideBySide(this.scheme, this.coding, second.coding, `    ${second.names[1]}`);
      this.rowsRevision = this.coding.revision;
      this.hasOpen = this.coding.open().length > 0;
      this.scrollBy(0);
    }
    const view = this.view();
    const state = [view.start, view.stop, view.width, this.canvas.clientHeight, this.coding.revision, this.selected, this.scrolled,
      this.drag?.time, this.hasOpen ? now : 0, this.peaks?.length, this.spectrum === null, this.sound].join(" ");
    if (state !== this.drawn) {
      this.drawn = state;
      this.drawCoded(view, now);
    }
    this.drawNow(view, now);
  }

  private drawCoded(view: View, now: Micros): void {
    const context = fitted(this.canvas);
    const [width, height, margin] = [this.canvas.clientWidth, this.canvas.clientHeight, this.margin];
    context.fillStyle = PAPER;
    context.fillRect(0, 0, width, height);
    context.font = '12px "Atkinson Hyperlegible Next", system-ui, sans-serif';
    context.textBaseline = "middle";
    context.save();
    context.beginPath();
    context.rect(margin, 0, width - margin, height);
    context.clip();
    context.translate(margin, 0);
    this.drawGrid(context, view, height);
    this.drawSound(context, view);
    this.drawStrips(context, view);
    context.beginPath();
    context.rect(0, this.top(0) + this.scrolled, view.width, height);
    context.clip();
    this.rows.forEach((row, place) => {
      const top = this.top(place);
      if (top > height || top + PITCH < this.top(0) + this.scrolled) return;
      for (const box of boxesOf(row, view, now)) {
        const event = this.draggedEvent(box.id, box.event);
        drawBox(context, this.scheme, row, { ...box, event }, { top, pitch: PITCH, isSelected: box.id === this.selected });
      }
    });
    context.restore();
    this.drawMargin(context, height);
    if (this.rows.length === 0) {
      context.fillStyle = SOFT;
      const nothing = view.width < 480 ? "Nothing is coded yet." : "Nothing is coded yet: play, and press the keys of the scheme.";
      context.fillText(nothing, margin + 12, this.top(0) + PITCH);
    }
  }

  private drawGrid(context: CanvasRenderingContext2D, view: View, height: number): void {
    const scale = view.width / (view.stop - view.start);
    context.fillStyle = SOFT;
    context.strokeStyle = RULE;
    for (const mark of marksOf(view)) {
      const x = Math.round((mark - view.start) * scale) + 0.5;
      line(context, x, RULER - 4, height);
      context.fillText(clock(mark, view.stop - view.start < 20e6 ? 2 : 0), x + 3, RULER / 2);
    }
    // Ends of sampled intervals: short marks at the ruler's foot.
    context.strokeStyle = "#e3b163";
    for (const every of this.beside.sampled) {
      if ((every.length * scale) < 6) continue;
      for (let at = Math.ceil(view.start / every.length) * every.length; at < view.stop; at += every.length) {
        line(context, Math.round((at - view.start) * scale) + 0.5, RULER - 7, RULER);
      }
    }
  }

  private drawMargin(context: CanvasRenderingContext2D, height: number): void {
    const margin = this.margin;
    context.fillStyle = SHEET;
    context.fillRect(0, 0, margin - 1, height);
    context.fillStyle = RULE;
    context.fillRect(margin - 1, 0, 1, height);
    context.fillStyle = SOFT;
    const sound = HEIGHT_OF_SOUND[this.soundDrawn()];
    if (sound > 0) context.fillText(this.soundDrawn() === "spectrum" ? "Sound, 80 to 4,000 Hz" : "Sound", 8, RULER + sound / 2, margin - 14);
    let top = RULER + sound;
    for (const label of this.strips()) {
      context.fillText(label, 8, top + STRIP / 2, margin - 14);
      top += STRIP;
    }
    context.save();
    context.beginPath();
    context.rect(0, this.top(0) + this.scrolled, margin, height);
    context.clip();
    this.rows.forEach((row, place) => {
      const y = this.top(place);
      if (y > height || y + PITCH < 0) return;
      if (row.second !== true && place > 0) {
        context.fillStyle = RULE;
        context.fillRect(0, y - 0.5, this.canvas.clientWidth, 1);
      }
      context.fillStyle = row.second === true ? SOFT : INK;
      context.fillText(shortened(context, row.label, margin - 14), 8, y + PITCH / 2);
    });
    context.restore();
  }

  private soundDrawn(): SoundShown {
    if (this.sound === "spectrum" && this.spectrum !== null) return "spectrum";
    return this.sound === "nothing" || this.peaks === null ? "nothing" : "loudness";
  }

  private drawSound(context: CanvasRenderingContext2D, view: View): void {
    const shown = this.soundDrawn();
    if (shown === "spectrum") this.spectrum?.draw(context, view, this.beside.place, RULER, HEIGHT_OF_SOUND.spectrum - 2);
    if (shown !== "loudness" || this.peaks === null) return;
    context.fillStyle = "#4d6a78";
    drawLoudness(context, this.peaks, view, this.beside.place, RULER, HEIGHT_OF_SOUND.loudness);
  }

  /** Names of the strips between sound and rows. */
  private strips(): string[] {
    const strips: string[] = [];
    if (this.beside.proposals.length > 0) strips.push("Machine: speech");
    if (this.beside.second !== null) strips.push("They differ");
    return strips;
  }

  private drawStrips(context: CanvasRenderingContext2D, view: View): void {
    const scale = view.width / (view.stop - view.start);
    let top = RULER + HEIGHT_OF_SOUND[this.soundDrawn()] + 3;
    const bar = (start: Micros, stop: Micros) => {
      const left = (start - view.start) * scale;
      context.fillRect(left, top, Math.max((stop - start) * scale, 2), STRIP - 6);
    };
    if (this.beside.proposals.length > 0) {
      const ranked = this.beside.proposals.filter((one) => one.rank !== null).length;
      for (const one of this.beside.proposals) {
        context.globalAlpha = one.rank === null ? 0.3 : 1 - 0.6 * ((one.rank - 1) / Math.max(ranked, 1));
        context.fillStyle = "#d9cf7a";
        bar(onClock(this.beside.place, one.start), onClock(this.beside.place, one.stop));
      }
      context.globalAlpha = 1;
      top += STRIP;
    }
    if (this.beside.second !== null) {
      context.fillStyle = RISK;
      for (const one of this.beside.second.differences) bar(one.start, one.stop);
    }
  }

  private top(place: number): number {
    return RULER + HEIGHT_OF_SOUND[this.soundDrawn()] + this.strips().length * STRIP + 4 + place * PITCH - this.scrolled;
  }

  private scrollBy(by: number): void {
    const above = this.top(0) + this.scrolled;
    const most = Math.max(above + this.rows.length * PITCH + 6 - this.canvas.clientHeight, 0);
    this.scrolled = Math.min(Math.max(this.scrolled + by, 0), most);
  }

  /** Brings the row of an event into view. */
  reveal(id: string): void {
    const place = this.rows.findIndex((row) => row.events.some(([one]) => one === id));
    if (place < 0) return;
    const [top, above] = [this.top(place), this.top(0) + this.scrolled];
    if (top < above) this.scrollBy(top - above);
    else if (top + PITCH > this.canvas.clientHeight) this.scrollBy(top + PITCH - this.canvas.clientHeight);
  }

  private draggedEvent(id: string, event: CodedEvent): CodedEvent {
    return this.drag?.id === id ? { ...event, [this.drag.edge]: this.drag.time } : event;
  }

  private drawNow(view: View, now: Micros): void {
    const context = fitted(this.over);
    context.clearRect(0, 0, this.over.clientWidth, this.over.clientHeight);
    const x = Math.round(this.margin + ((now - view.start) / (view.stop - view.start)) * view.width) + 0.5;
    if (x < this.margin) return;
    context.strokeStyle = "#ffffff";
    line(context, x, 0, this.over.clientHeight);
  }

  private timeAt(event: PointerEvent | WheelEvent): Micros {
    const view = this.view();
    const x = event.clientX - this.canvas.getBoundingClientRect().left - this.margin;
    return view.start + (Math.max(x, 0) / view.width) * (view.stop - view.start);
  }

  private boxAt(event: PointerEvent): { box: Box; edge: Edge | null } | null {
    const frame = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left - this.margin, event.clientY - frame.top];
    if (y < this.top(0) + this.scrolled) return null;
    const row = this.rows[Math.floor((y - this.top(0)) / PITCH)];
    if (row === undefined || row.second === true) return null;
    const boxes = boxesOf(row, this.view(), this.frames.end);
    const box = boxes.find((one) => x >= one.left - GRIP && x <= one.right + GRIP);
    if (box === undefined) return null;
    const near = (at: number) => Math.abs(x - at) <= GRIP;
    const edge = near(box.right) && box.event.stop !== null ? "stop" : near(box.left) ? "start" : null;
    return { box, edge: box.event.sampled === undefined ? edge : null };
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

  /** Turning scrolls the rows, sideways or with Shift the time; with Ctrl it comes closer. */
  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey) {
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.timeAt(event));
      return;
    }
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    const before = this.scrolled;
    if (sideways === 0) this.scrollBy(event.deltaY);
    const by = sideways === 0 && this.scrolled === before ? event.deltaY : sideways;
    this.start += (by / this.view().width) * this.length;
    this.keepWithin();
  }
}
