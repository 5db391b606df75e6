// The coding room: what happens on a key, and what is shown for it. Everything that is coded goes
// through `change`, which changes what is shown and queues the change for the server in one breath.
import { Coding } from "./coding.js";
import { Details } from "./details.js";
import { FrameTimes } from "./frame_times.js";
import type { Angle, Behaviour, CodedEvent, Doing, Edit, Micros, RoomData, Subject } from "./model.js";
import { isOpen } from "./model.js";
import { find, make } from "./parts.js";
import { finish, labelOf, press, type Pressed, subjectLabel, type Who } from "./press.js";
import { poster, Queue, type Told, type Waiting } from "./queue.js";
import { fillRatings } from "./rating_form.js";
import { amend, type Edge, merge, moveEdge, nudge, remove, type Reshaped, split } from "./reshape.js";
import { clock } from "./rows.js";
import { drawKeys, fillSheet } from "./sheet.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

const TARGETS: Record<string, string> = {
  "own-infant": "own infant",
  "other-infant": "another infant",
  "own-parent": "own parent",
  "other-parent": "another parent",
  staff: "staff",
  group: "the group",
};

/** Keys of the room that are single signs; a scheme that uses one of them has it. */
const SIGNS = "[],.<>/\\'=+-?";

export class Room {
  private readonly coding: Coding;
  private readonly who: Who = { subject: null, numbers: {} };
  private numberFor: Subject | null = null;
  private selected: string | null = null;
  private hold = false;
  private readonly held = new Map<string, string>();
  private lag = 0;
  private readonly timeline: Timeline;
  private readonly transport: Transport;
  private readonly details: Details;
  private readonly queue: Queue;
  private keysDrawn = "";
  private activeSince = false;

  constructor(
    private readonly address: string,
    private data: RoomData,
    private readonly frames: FrameTimes,
    videos: HTMLVideoElement[],
  ) {
    this.coding = new Coding(data.events, data.ratings, data.changes);
    const canvas = find("#timeline canvas", HTMLCanvasElement);
    this.timeline = new Timeline(canvas, data.scheme, this.coding, frames, {
      seek: (time) => this.transport.goTo(time),
      select: (id) => this.select(id),
      reshape: (reshaped) => this.reshape(reshaped),
    });
    this.transport = new Transport(videos, data.angles.map((angle) => angle.offset), frames, () => this.tick());
    this.details = new Details(find("#details", HTMLElement), (text) => this.say(text));
    this.queue = this.newQueue(data.version);
    fillSheet(find("#sheet .content", HTMLElement), data.scheme);
    this.listen();
    this.loop();
    this.refresh();
  }

  // What is coded

  private newQueue(version: number): Queue {
    return new Queue(
      version,
      poster(`${this.address}/changes`),
      (told) => this.showSaved(told),
      (why, lost) => void this.showConflict(why, lost),
    );
  }

  private change(edits: Edit[], doing: Doing = "do"): void {
    if (this.data.only_look) {
      this.say("This is somebody else's coding; you may look at it.");
      return;
    }
    if (this.data.finished) {
      this.say("This coding is finished. Open it again to change it.");
      return;
    }
    if (edits.length === 0) return;
    this.coding.apply(doing, edits);
    this.queue.add({ key: crypto.randomUUID(), doing, edits });
    this.refresh();
  }

  private reshape(reshaped: Reshaped): void {
    if ("said" in reshaped) this.say(reshaped.said);
    else this.change(reshaped.edits);
  }

  private carryOut(pressed: Pressed, behaviour: Behaviour): void {
    if (pressed.does === "say") {
      this.say(pressed.said);
    } else if (pressed.does === "edit") {
      this.change(pressed.edits);
      this.select(pressed.about);
      this.say(pressed.said);
      const begun = pressed.edits.some((edit) => edit.id === pressed.about && edit.before === null);
      if (begun && behaviour.modifiers.length > 0) this.askDetails(pressed.about);
    } else {
      const words = behaviour.targets.map((word) => ({ word, label: TARGETS[word] ?? word }));
      this.details.askTarget(behaviour.label, words, (word) =>
        this.carryOut(press(this.now(), behaviour, this.who, pressed.time, word), behaviour));
    }
  }

  private askDetails(id: string): void {
    const event = this.coding.events.get(id);
    const behaviour = this.data.scheme.behaviours.find((one) => one.id === event?.behaviour);
    if (event === undefined || behaviour === undefined || behaviour.modifiers.length === 0) {
      this.say("This behaviour has no details.");
      return;
    }
    this.details.ask(behaviour, event, (answers) => {
      const before = this.coding.events.get(id)?.modifiers ?? {};
      if (JSON.stringify(before) !== JSON.stringify(answers)) this.reshape(amend(this.coding, id, { modifiers: answers }));
    });
  }

  private now() {
    const newId = () => crypto.randomUUID();
    return { scheme: this.data.scheme, coding: this.coding, frames: this.frames, newId };
  }

  /** The time that a key stands for: the frame that is shown, earlier by the lag while it plays. */
  private pressTime(): Micros {
    if (!this.transport.playing || this.lag === 0) return this.transport.time;
    const earlier = this.transport.time - this.lag * 1000 * this.transport.rate;
    return this.frames.snap(Math.max(earlier, this.frames.start(0)));
  }

  // Keys

  private listen(): void {
    document.addEventListener("keydown", (event) => this.keyDown(event));
    document.addEventListener("keyup", (event) => this.keyUp(event));
    window.addEventListener("blur", () => this.letGo());
    window.addEventListener("beforeunload", (event) => {
      if (this.queue.length > 0) event.preventDefault();
    });
    const button = (id: string, act: () => void) => {
      find(`#${id}`, HTMLButtonElement).addEventListener("click", act);
    };
    button("show-sheet", () => find("#sheet", HTMLDialogElement).showModal());
    button("show-ratings", () => this.showRatings());
    button("undo", () => this.undo());
    button("redo", () => this.redo());
    button("hold", () => this.toggleHold());
    find("#stage", HTMLElement).addEventListener("click", () => this.transport.toggle());
    const lag = find("#lag", HTMLInputElement);
    lag.addEventListener("change", () => {
      this.lag = Math.min(Math.max(Number(lag.value) || 0, 0), 2000);
      lag.value = String(this.lag);
      lag.blur();
    });
    const events = find("#events", HTMLDetailsElement);
    events.addEventListener("toggle", () => this.fillEvents());
  }

  private keyDown(event: KeyboardEvent): void {
    this.activeSince = true;
    if (document.querySelector("dialog[open]") !== null) return;
    const from = event.target;
    const isField = from instanceof HTMLInputElement || from instanceof HTMLTextAreaElement || from instanceof HTMLSelectElement;
    if (isField) {
      if (event.key === "Escape") from.blur();
      return;
    }
    const onControl = from instanceof HTMLButtonElement || from instanceof HTMLAnchorElement || (from instanceof HTMLElement && from.tagName === "SUMMARY");
    if (onControl && (event.key === "Enter" || event.key === " ")) return;
    if (this.details.key(event) || this.ownKey(event)) event.preventDefault();
  }

  private ownKey(event: KeyboardEvent): boolean {
    const { key } = event;
    const single = key.length === 1 && !event.ctrlKey && !event.metaKey;
    if (single && this.numberKey(key)) return true;
    if (single && !event.altKey && key !== " " && this.schemeKey(key, event.repeat)) return true;
    this.numberFor = null;
    if (event.ctrlKey || event.metaKey) return this.controlKey(event);
    if (single && SIGNS.includes(key)) return this.signKey(key);
    return this.namedKey(event);
  }

  private controlKey(event: KeyboardEvent): boolean {
    const key = event.key.toLowerCase();
    if (key === "z" && event.shiftKey) this.redo();
    else if (key === "z") this.undo();
    else if (key === "y") this.redo();
    else if (key === "arrowleft") this.transport.skip(-10e6);
    else if (key === "arrowright") this.transport.skip(10e6);
    else return false;
    return true;
  }

  private signKey(key: string): boolean {
    const { coding, frames, transport } = this;
    const id = this.selected ?? "";
    const acts: Record<string, () => void> = {
      "[": () => this.reshape(moveEdge(coding, frames, id, "start", transport.time)),
      "]": () => this.reshape(moveEdge(coding, frames, id, "stop", transport.time)),
      ",": () => this.nudge("stop", -1),
      ".": () => this.nudge("stop", 1),
      "<": () => this.nudge("start", -1),
      ">": () => this.nudge("start", 1),
      "/": () => this.reshape(split(coding, frames, id, transport.time, crypto.randomUUID())),
      "\\": () => this.reshape(merge(coding, id)),
      "'": () => this.comment(id),
      "=": () => this.askDetails(id),
      "+": () => this.timeline.zoom(0.67, transport.time),
      "-": () => this.timeline.zoom(1.5, transport.time),
      "?": () => find("#sheet", HTMLDialogElement).showModal(),
    };
    const act = acts[key];
    act?.();
    return act !== undefined;
  }

  private namedKey(event: KeyboardEvent): boolean {
    const { transport } = this;
    const acts: Record<string, () => void> = {
      " ": () => transport.toggle(),
      ArrowLeft: () => (event.shiftKey ? transport.skip(-1e6) : transport.step(-1)),
      ArrowRight: () => (event.shiftKey ? transport.skip(1e6) : transport.step(1)),
      ArrowUp: () => transport.faster(1),
      ArrowDown: () => transport.faster(-1),
      Home: () => transport.show(0),
      End: () => transport.show(this.frames.count - 1),
      PageUp: () => this.neighbour(-1),
      PageDown: () => this.neighbour(1),
      Enter: () => this.toggleLoop(),
      Delete: () => this.reshape(remove(this.coding, this.selected ?? "")),
      Backspace: () => this.reshape(remove(this.coding, this.selected ?? "")),
      F2: () => this.toggleHold(),
      F4: () => this.showRatings(),
      Escape: () => this.select(null),
    };
    const act = acts[event.key];
    act?.();
    return act !== undefined;
  }

  private numberKey(key: string): boolean {
    if (this.numberFor === null || !/^[1-9]$/.test(key)) return false;
    this.who.numbers[this.numberFor.id] = Number(key);
    this.say(`Who: ${this.numberFor.label} ${key}`);
    this.numberFor = null;
    this.refresh();
    return true;
  }

  private schemeKey(key: string, repeat: boolean): boolean {
    const { scheme } = this.data;
    const subject = scheme.subjects.find((one) => one.key === key);
    if (subject !== undefined) {
      this.who.subject = subject.id;
      this.numberFor = subject.many ? subject : null;
      const number = subject.many ? ` ${this.who.numbers[subject.id] ?? 1} (now 1 to 9 for another)` : "";
      this.say(`Who: ${subject.label}${number}`);
      this.refresh();
      return true;
    }
    const behaviour = scheme.behaviours.find((one) => one.key === key);
    if (behaviour === undefined) return false;
    this.numberFor = null;
    if (repeat) return true;
    const pressed = press(this.now(), behaviour, this.who, this.pressTime(), null);
    this.carryOut(pressed, behaviour);
    const begun = pressed.does === "edit" && pressed.edits.some((edit) => edit.id === pressed.about && edit.before === null);
    if (this.hold && begun && !behaviour.point) this.held.set(key, pressed.about);
    return true;
  }

  private keyUp(event: KeyboardEvent): void {
    const id = this.held.get(event.key);
    if (id === undefined) return;
    this.held.delete(event.key);
    this.endHeld(id);
  }

  private endHeld(id: string): void {
    const event = this.coding.events.get(id);
    if (event === undefined || !isOpen(event)) return;
    // A press that is shorter than a frame still lasts one.
    const time = Math.max(this.pressTime(), this.frames.stop(this.frames.at(event.start)));
    const ended = finish(this.now(), [id, event], time);
    if (ended.does === "edit") this.change(ended.edits);
  }

  private letGo(): void {
    for (const id of this.held.values()) this.endHeld(id);
    this.held.clear();
  }

  private nudge(edge: Edge, by: number): void {
    const id = this.selected ?? "";
    this.reshape(nudge(this.coding, this.frames, id, edge, by));
    const event = this.coding.events.get(id);
    const at = edge === "stop" && event?.stop != null ? event.stop : event?.start;
    if (at !== undefined && !this.transport.playing) this.transport.goTo(at);
  }

  private undo(): void {
    const edits = this.coding.undo();
    if (edits === null) this.say("There is nothing to undo.");
    else {
      this.change(edits, "undo");
      this.say("Undone");
    }
  }

  private redo(): void {
    const edits = this.coding.redo();
    if (edits === null) this.say("There is nothing to do again.");
    else {
      this.change(edits, "redo");
      this.say("Done again");
    }
  }

  private toggleHold(): void {
    this.letGo();
    this.hold = !this.hold;
    find("#hold", HTMLButtonElement).setAttribute("aria-pressed", String(this.hold));
    this.say(this.hold ? "Hold to code: a state lasts as long as its key is down" : "A key begins, the same key ends");
  }

  private toggleLoop(): void {
    const event = this.selected === null ? undefined : this.coding.events.get(this.selected);
    if (this.transport.looping || event === undefined) {
      this.transport.setLoop(null);
      if (event === undefined) this.say("Select a bout to loop it.");
      return;
    }
    const stop = event.point ? event.start + 1e6 : (event.stop ?? this.transport.time);
    const start = event.point ? Math.max(event.start - 1e6, 0) : event.start;
    if (stop > start) this.transport.setLoop({ start, stop });
  }

  /** The event before or after: goes to it and selects it. */
  private neighbour(by: 1 | -1): void {
    const order = this.coding.inOrder();
    if (order.length === 0) {
      this.say("Nothing is coded yet.");
      return;
    }
    const at = order.findIndex(([id]) => id === this.selected);
    const later = order.findIndex(([, event]) => event.start > this.transport.time);
    const from = at >= 0 ? at + by : by > 0 ? later : (later < 0 ? order.length : later) - 1;
    const next = order[Math.min(Math.max(from < 0 && by > 0 ? order.length - 1 : from, 0), order.length - 1)];
    if (next === undefined) return;
    this.select(next[0]);
    this.transport.pause();
    this.transport.goTo(next[1].start);
  }

  private comment(id: string): void {
    const event = this.coding.events.get(id);
    if (event === undefined) {
      this.say("Select an event to comment on it.");
      return;
    }
    const dialog = find("#comment", HTMLDialogElement);
    const field = find("#comment textarea", HTMLTextAreaElement);
    field.value = event.comment ?? "";
    dialog.returnValue = "";
    dialog.showModal();
    field.focus();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "keep" && field.value !== (event.comment ?? "")) {
        this.reshape(amend(this.coding, id, { comment: field.value.slice(0, 2000) }));
      }
    }, { once: true });
  }

  private showRatings(): void {
    const { ratings } = this.data.scheme;
    if (ratings.length === 0) {
      this.say("This scheme has no ratings.");
      return;
    }
    this.transport.pause();
    fillRatings(find("#ratings .content", HTMLElement), ratings, this.coding, (edits) => this.change(edits));
    find("#ratings", HTMLDialogElement).showModal();
  }

  // What is shown

  private select(id: string | null): void {
    this.selected = id;
    this.timeline.selected = id;
    this.refresh();
  }

  private refresh(): void {
    this.tick();
    this.fillEvents();
    const { scheme } = this.data;
    const state = `${this.coding.revision} ${JSON.stringify(this.who)}`;
    if (state === this.keysDrawn) return;
    this.keysDrawn = state;
    drawKeys(find("#keys .content", HTMLElement), scheme, this.coding, this.who, (key) => this.schemeKey(key, false));
    const rated = scheme.ratings.filter((scale) => this.coding.ratings.has(scale.id)).length;
    find("#show-ratings", HTMLButtonElement).hidden = scheme.ratings.length === 0;
    find("#rated", HTMLElement).textContent = `${rated} of ${scheme.ratings.length}`;
    find("#undo", HTMLButtonElement).disabled = this.coding.undo() === null;
    find("#redo", HTMLButtonElement).disabled = this.coding.redo() === null;
  }

  private tick(): void {
    const { transport } = this;
    find("#clock", HTMLElement).textContent = clock(transport.time);
    find("#frame", HTMLElement).textContent = String(transport.frame);
    document.body.dataset["frame"] = String(transport.frame);
    document.body.dataset["settled"] = String(transport.settled());
    find("#rate", HTMLElement).textContent = `${transport.rate} ×${transport.playing ? "" : " paused"}${transport.looping ? " loop" : ""}`;
    find("#selection", HTMLElement).textContent = this.selectionWords();
  }

  private selectionWords(): string {
    const event = this.selected === null ? undefined : this.coding.events.get(this.selected);
    return event === undefined ? "" : this.words(event);
  }

  private words(event: CodedEvent): string {
    const { scheme } = this.data;
    const who = event.subject === undefined ? "" : `${subjectLabel(scheme, event.subject)}: `;
    const to = event.target === undefined ? "" : ` to ${TARGETS[event.target] ?? event.target}`;
    const details = Object.values(event.modifiers ?? {}).map((one) => (Array.isArray(one) ? one.join(", ") : String(one)));
    const end = event.point ? "" : event.stop === null ? " – no end yet" : ` – ${clock(event.stop)}`;
    const comment = event.comment === undefined ? "" : ` “${event.comment}”`;
    return `${who}${labelOf(scheme, event)}${to}${details.length > 0 ? ` (${details.join("; ")})` : ""} ${clock(event.start)}${end}${comment}`;
  }

  /** Everything that is coded as a list, for those who do not see the timeline. */
  private fillEvents(): void {
    const list = find("#events", HTMLDetailsElement);
    find("#events-count", HTMLElement).textContent = String(this.coding.events.size);
    const open = this.coding.open().length;
    find("#open-count", HTMLElement).textContent = open === 0 ? "" : `, ${open} without an end`;
    if (!list.open) return;
    const items = this.coding.inOrder().map(([id, event]) => {
      const button = make("button", { type: "button", class: "as-link", "aria-pressed": String(id === this.selected) }, this.words(event));
      button.addEventListener("click", () => {
        this.select(id);
        this.transport.pause();
        this.transport.goTo(event.start);
      });
      return make("li", isOpen(event) ? { class: "no-end" } : {}, button);
    });
    find("#events ol", HTMLElement).replaceChildren(...items);
  }

  private say(text: string): void {
    find("#said", HTMLElement).textContent = text;
  }

  private showSaved(told: Told): void {
    const saved = find("#saved", HTMLElement);
    document.body.dataset["waiting"] = String(told.waiting);
    saved.className = told.why === null ? (told.waiting === 0 ? "good" : "") : "caution";
    const changes = told.waiting === 1 ? "1 change waits" : `${told.waiting} changes wait`;
    saved.textContent = told.waiting === 0 ? "All saved" : told.why === null ? "Saving" : `${changes}: ${told.why}`;
  }

  /** Somebody else was first: what the server has is loaded, and what still fits is made again on it. */
  private async showConflict(why: string, lost: Waiting[]): Promise<void> {
    this.transport.pause();
    let fresh: RoomData;
    try {
      fresh = await load(this.address);
    } catch {
      this.say(`${why} The page could not be loaded again: reload it in the browser.`);
      return;
    }
    this.data = fresh;
    this.coding.reset(fresh.events, fresh.ratings, fresh.changes);
    this.queue.restart(fresh.version);
    // The first one was refused as it was; the server may have refused it for what it says.
    const moved = why.includes("meanwhile") || why.includes("no longer");
    const left: Waiting[] = [];
    for (const change of moved ? lost : lost.slice(1)) {
      if (change.doing === "do" && this.coding.fits(change.edits)) this.change(change.edits);
      else left.push(change);
    }
    const dropped = moved ? left : [...lost.slice(0, 1), ...left];
    const list = dropped.flatMap((change) => change.edits).map((edit) => {
      const event = edit.of === "event" ? (edit.after ?? edit.before) : null;
      return make("li", {}, event === null ? `Rating ${edit.id}` : this.words(event));
    });
    find("#conflict .why", HTMLElement).textContent = moved
      ? "This coding was changed in another window or on another machine since this page was loaded."
      : why;
    find("#conflict .lost", HTMLElement).textContent = dropped.length === 0
      ? "What you did since was made again on top of it; nothing is lost."
      : "These changes were not made. Everything else is as it was saved.";
    find("#conflict ul", HTMLElement).replaceChildren(...list);
    find("#conflict", HTMLDialogElement).showModal();
    this.refresh();
  }

  private loop(): void {
    const draw = () => {
      if (this.transport.playing) this.timeline.follow(this.transport.time);
      this.timeline.draw(this.transport.time);
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
    // Whoever codes is there, also while no change is sent.
    setInterval(() => {
      if (this.activeSince || this.transport.playing) void fetch("/account/still-here", { headers: { accept: "application/json" } }).catch(() => {});
      this.activeSince = false;
    }, 4 * 60 * 1000);
  }

  setPeaks(peaks: Uint8Array): void {
    this.timeline.peaks = peaks;
  }

  /** Goes to a time, where the address names one. */
  goTo(time: Micros): void {
    this.transport.goTo(time);
  }
}

export async function load(address: string): Promise<RoomData> {
  const response = await fetch(`${address}/data`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as RoomData;
}

export async function loadFrames(angle: Angle): Promise<FrameTimes> {
  const response = await fetch(angle.frame_times);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return FrameTimes.read(await response.arrayBuffer(), angle.length);
}
