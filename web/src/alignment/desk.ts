// The page on which cameras are laid against each other or under what was coded: tracks that slide under
// one line, the pictures at the line, undo and redo, and what two moments tell of the clocks.
import type { FrameTimes } from "../coding-room/frame_times.js";
import type { Micros } from "../coding-room/model.js";
import { find, keyCap, make } from "../coding-room/parts.js";
import { onClock, onRecording, type Place } from "../coding-room/place.js";
import { clock, type View } from "../coding-room/rows.js";
import { bestShift, clapNear, type Rise, rises } from "./clap.js";
import type { Fields } from "./fields.js";
import { Pictures } from "./pictures.js";
import { placed, Places, rateOf } from "./places.js";
import { type CodedMark, type Shown, Track } from "./track.js";

export interface CameraSent {
  media: string;
  frame_times: string;
  loudness: string | null;
  length: Micros;
  offset: Micros;
  drift: number;
}

export interface AlignmentSent {
  cameras: CameraSent[];
  coded: { coder: string; events: CodedMark[] }[];
  first_may_move: boolean;
}

export interface Loaded {
  frames: FrameTimes[];
  loudness: (Uint8Array | null)[];
  videos: HTMLVideoElement[];
}

/** What moves under the line: everything, or one camera. */
const CLOCK = -1;

export class Desk {
  private readonly places: Places;
  private readonly tracks = new Map<number, Track>();
  private readonly told = new Map<number, HTMLElement>();
  private readonly rises: Rise[][];
  private readonly pictures: Pictures;
  private coded: readonly CodedMark[] | null;
  private line: Micros = 0;
  private span: Micros = 20e6;
  /** While something is dragged. */
  private sliding: { what: number; by: Micros } | null = null;

  constructor(
    private readonly data: AlignmentSent,
    private readonly loaded: Loaded,
    private readonly fields: Fields,
    private readonly root: HTMLElement,
  ) {
    this.places = new Places(data.cameras);
    this.rises = loaded.loudness.map((one) => (one === null ? [] : rises(one)));
    this.coded = data.coded[0]?.events ?? null;
    this.line = this.firstMoment();
    this.pictures = new Pictures(loaded.videos, loaded.frames, () => this.current(), (line) => this.goTo(line));
    this.build();
    fields.onTyped((index, place) => this.after(() => this.places.move(index, place)));
    new ResizeObserver(() => this.draw()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.shown();
  }

  // What is there

  private get isCoded(): boolean {
    return this.coded !== null;
  }

  private moves(index: number): boolean {
    return index > 0 || this.data.first_may_move;
  }

  /** Moments of the track that stays: what was coded, or the steep rises of the first camera. */
  private moments(): Micros[] {
    if (this.coded !== null) return this.coded.map((one) => one.start);
    const first = this.current()[0];
    return first === undefined ? [] : (this.rises[0] ?? []).map((one) => onClock(first, one.time));
  }

  private firstMoment(): Micros {
    return this.moments()[0] ?? 0;
  }

  private get end(): Micros {
    const cameras = this.current().map((place, index) => onClock(place, this.data.cameras[index]?.length ?? 0));
    const coded = (this.coded ?? []).map((one) => one.stop ?? one.start);
    return Math.max(1e6, ...cameras, ...coded);
  }

  /** Places as they are shown: of what is being dragged, where it would lie. */
  private current(): readonly Place[] {
    const { sliding } = this;
    return this.places.all.map((place, index) =>
      sliding?.what === index ? { ...place, offset: Math.round(place.offset + sliding.by) } : place);
  }

  // Making the page

  private build(): void {
    const { root } = this;
    const stage = make("div", { class: "stage" }, ...this.loaded.videos);
    root.append(stage, this.tools());
    const { coded } = this.data;
    if (coded.length > 1) {
      const choice = make("select", { id: "coder" }, ...coded.map((one, at) => make("option", { value: String(at) }, one.coder)));
      choice.addEventListener("change", () => {
        this.coded = coded[Number(choice.value)]?.events ?? [];
        this.goTo(this.firstMoment());
      });
      root.append(make("div", { class: "field" }, make("label", { for: "coder" }, "Whose codes lie beside it"), choice));
    }
    if (this.isCoded) this.add(CLOCK, "What was coded");
    this.data.cameras.forEach((_, index) => this.add(index, `Camera ${index + 1}`));
    document.addEventListener("keydown", (event) => {
      const isTyped = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (!isTyped && (event.ctrlKey || event.metaKey) && this.historyKey(event)) event.preventDefault();
    });
  }

  private add(what: number, name: string): void {
    const stays = what === CLOCK || !this.moves(what);
    const track = new Track(name, {
      slide: (by) => this.slide(what, by),
      drop: (by) => this.drop(what, by),
      key: (event) => this.key(what, event),
      zoom: (by) => this.zoom(by),
    }, stays);
    this.tracks.set(what, track);
    this.root.append(track.element);
    if (stays) return;
    const told = make("p", { class: "track-told", role: "status" });
    this.told.set(what, told);
    const button = (text: string, act: () => void, key = "") => {
      const made = make("button", { type: "button", class: "quiet" }, text, key === "" ? null : " ", key === "" ? null : keyCap(key));
      made.addEventListener("click", act);
      return made;
    };
    const buttons = [
      button("Frame earlier", () => this.nudge(what, -1), "←"),
      button("Frame later", () => this.nudge(what, 1), "→"),
    ];
    if ((this.rises[what] ?? []).length > 0) buttons.push(button("Clap to the line", () => this.clapHere(what), "Enter"));
    if (what > 0 && (this.rises[0] ?? []).length > 1) buttons.push(button("Find it by the sound", () => this.findBySound(what), "F"));
    buttons.push(button("It fits here", () => this.fits(what), "M"));
    this.root.append(make("div", { class: "buttons track-tools" }, ...buttons), told);
  }

  private tools(): HTMLElement {
    const button = (id: string, text: string, act: () => void, key: string) => {
      const made = make("button", { type: "button", class: "quiet", id }, text, " ", keyCap(key));
      made.addEventListener("click", act);
      return made;
    };
    return make("div", { class: "buttons", role: "group", "aria-label": "The line" },
      button("play", "Play", () => this.pictures.toggle(this.line), "Space"),
      button("moment-before", "Moment before", () => this.nextMoment(-1), "PageUp"),
      button("moment-after", "Next moment", () => this.nextMoment(1), "PageDown"),
      button("closer", "Closer", () => this.zoom(0.5), "+"),
      button("wider", "Wider", () => this.zoom(2), "-"),
      button("undo", "Undo", () => this.undo(), "Ctrl Z"),
      button("redo", "Redo", () => this.redo(), "Ctrl Y"));
  }

  // What keys and fingers do

  private key(what: number, event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.push(what, event.key === "ArrowLeft" ? -10e6 : 10e6);
      else return false;
      return true;
    }
    const stays = what === CLOCK || !this.moves(what);
    const acts: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? this.push(what, -1e6) : this.nudge(what, -1)),
      ArrowRight: () => (event.shiftKey ? this.push(what, 1e6) : this.nudge(what, 1)),
      PageUp: () => this.nextMoment(-1),
      PageDown: () => this.nextMoment(1),
      Home: () => this.goTo(0),
      End: () => this.goTo(this.end),
      "+": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      " ": () => this.pictures.toggle(this.line),
    };
    if (!stays) {
      acts["Enter"] = () => this.clapHere(what);
      if (what > 0) acts["f"] = () => this.findBySound(what);
      acts["m"] = () => this.fits(what);
    }
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    act?.();
    return act !== undefined;
  }

  private historyKey(event: KeyboardEvent): boolean {
    const key = event.key.toLowerCase();
    if (key === "z") event.shiftKey ? this.redo() : this.undo();
    else if (key === "y") this.redo();
    else return false;
    return true;
  }

  private slide(what: number, by: Micros): void {
    this.sliding = { what, by };
    this.draw();
    this.pictures.show(this.lineShown());
  }

  private drop(what: number, by: Micros): void {
    this.sliding = null;
    if (what === CLOCK || !this.moves(what)) this.goTo(this.line - by);
    else this.push(what, by);
  }

  /** A camera is moved along the clock; of a track that stays, the line moves over it. */
  private push(what: number, by: Micros): void {
    if (what === CLOCK || !this.moves(what)) {
      this.goTo(this.line + by);
      return;
    }
    const { place } = this.places.camera(what);
    this.after(() => this.places.move(what, { ...place, offset: Math.round(place.offset + by) }));
  }

  /** By one frame of the camera, or of the first one where nothing but the line moves. */
  private nudge(what: number, by: 1 | -1): void {
    const { length } = this.pictures.frame(Math.max(what, 0), this.line);
    this.push(what, by * length);
  }

  private clapHere(what: number): void {
    const { place } = this.places.camera(what);
    const found = clapNear(this.rises[what] ?? [], onRecording(place, this.line), this.span / 2);
    if (found === null) this.say(what, "Nothing in view is loud enough; make the view wider, or drag.");
    else this.after(() => this.places.move(what, placed(place, found.time, this.line)));
  }

  private findBySound(what: number): void {
    const found = bestShift(this.rises[0] ?? [], this.rises[what] ?? []);
    const first = this.places.camera(0).place;
    if (found === null) {
      this.say(what, "There is too little sound to compare.");
      return;
    }
    this.after(() => this.places.move(what, { offset: Math.round(onClock(first, found.shift)), drift: first.drift }));
    if (!found.isClear) this.say(what, "Several places fit nearly as well: look whether this is the right one.");
  }

  private fits(what: number): void {
    this.after(() => this.places.match(what, this.line));
  }

  private nextMoment(by: 1 | -1): void {
    const all = this.moments();
    const near = 10_000;
    const found = by > 0 ? all.find((time) => time > this.line + near) : all.findLast((time) => time < this.line - near);
    if (found !== undefined) this.goTo(found);
  }

  private undo(): void {
    this.after(() => void this.places.undo());
  }

  private redo(): void {
    this.after(() => void this.places.redo());
  }

  private zoom(by: number): void {
    this.span = Math.min(Math.max(this.span * by, 0.5e6), Math.max(this.end * 2, 20e6));
    this.draw();
  }

  private goTo(line: Micros): void {
    this.line = Math.min(Math.max(Math.round(line), Math.min(0, ...this.current().map((one) => one.offset))), this.end);
    this.draw();
    this.pictures.show(this.line);
  }

  // What is shown

  private after(act: () => void): void {
    act();
    this.shown();
  }

  private shown(): void {
    this.fields.show(this.places.all);
    for (const what of this.told.keys()) this.tellRate(what);
    find("#undo", HTMLButtonElement).disabled = !this.places.canUndo;
    find("#redo", HTMLButtonElement).disabled = !this.places.canRedo;
    this.draw();
    this.pictures.show(this.line);
  }

  /** The line while the track that stays is dragged. */
  private lineShown(): Micros {
    const { sliding } = this;
    const isLine = sliding !== null && (sliding.what === CLOCK || !this.moves(sliding.what));
    return isLine ? this.line - sliding.by : this.line;
  }

  private draw(): void {
    const line = this.lineShown();
    const isLine = line !== this.line;
    const places = isLine ? this.places.all : this.current();
    for (const [what, track] of this.tracks) {
      const view: View = { start: line - this.span / 2, stop: line + this.span / 2, width: track.width };
      track.draw(what === CLOCK ? this.codedShown(view, line) : this.cameraShown(what, places, view, line));
    }
  }

  private codedShown(view: View, line: Micros): Shown {
    const value = `the line is at ${clock(line)}`;
    return { view, value, seconds: line / 1e6, place: { offset: 0, drift: 0 }, length: this.end, loudness: null, coded: this.coded, matches: [] };
  }

  private cameraShown(index: number, places: readonly Place[], view: View, line: Micros): Shown {
    const place = places[index] as Place;
    const stays = !this.moves(index);
    const matches = this.places.camera(index).matches.map((one) => onClock(place, one.recording));
    return {
      view, place, coded: null, matches,
      length: this.data.cameras[index]?.length ?? 0,
      loudness: this.loaded.loudness[index] ?? null,
      seconds: (stays ? line : place.offset) / 1e6,
      value: stays ? `gives the clock; the line is at ${clock(line)}` : `begins at ${(place.offset / 1e6).toFixed(3)} s`,
    };
  }

  private say(what: number, text: string): void {
    this.told.get(what)?.replaceChildren(text);
  }

  /** What the moments that fit tell of the two clocks, and a button that corrects it. */
  private tellRate(what: number): void {
    const { place, matches } = this.places.camera(what);
    if (matches.length === 0) {
      this.say(what, place.drift === 0 ? "" : `Its rate is corrected by ${place.drift} millionths.`);
      return;
    }
    const at = `Fits at ${matches.map((one) => clock(one.clock, 2)).join(" and ")}.`;
    const rate = rateOf(matches);
    if (rate === null) {
      this.say(what, `${at} Find a second moment far from it, and say there, too, that it fits: that tells whether both clocks run alike.`);
      return;
    }
    const told = this.told.get(what);
    const apart = `${(Math.abs(rate.apart) / 1e6).toFixed(3)} s within ${clock(rate.stretch, 0)}`;
    const which = rate.apart > 0 ? "fast" : "slow";
    const clocks = this.isCoded ? "The coder's clock" : "The first camera";
    if (!rate.isPossible) {
      this.say(what, `${at} The two moments would be ${apart} apart: no clocks differ so much; one of them is another moment.`);
    } else if (rate.place.drift === place.drift) {
      this.say(what, `${at} ${rate.place.drift === 0 ? "Both clocks run alike." : `The rate is corrected: ${rate.place.drift} millionths, ${apart}.`}`);
    } else {
      const correct = make("button", { type: "button", class: "quiet" }, "Correct the rate");
      correct.addEventListener("click", () => this.after(() => this.places.move(what, rate.place)));
      told?.replaceChildren(`${at} ${clocks} runs ${which}: ${apart} (${rate.place.drift} millionths). `, correct);
    }
  }
}
