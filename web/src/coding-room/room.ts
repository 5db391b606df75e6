// The coding room: what happens on a key, and what is shown for it. Everything that is coded goes
// through `change`, which changes what is shown and queues the change for the server in one breath.
import { Coding } from "./coding.js";
import { around, type Compared, type Difference, fillDifferences, next as nextDifference } from "./comparison.js";
import { hasMoved, makeAgain, tellOfConflict } from "./conflict.js";
import { Details } from "./details.js";
import { FrameTimes } from "./frame_times.js";
import { type Kept, sortKept } from "./kept_changes.js";
import { LiveClock } from "./live_clock.js";
import type { Angle, Behaviour, CodedEvent, Doing, Edit, Micros, RoomData, Subject } from "./model.js";
import { isOpen, NOT_CODABLE } from "./model.js";
import { find, make } from "./parts.js";
import { frameOf, type Player } from "./player.js";
import { finish, press, type Pressed, type Who } from "./press.js";
import { poster, Queue, type Told, type Waiting } from "./queue.js";
import { fillRatings } from "./rating_form.js";
import { amend, type Edge, merge, moveEdge, nudge, remove, type Reshaped, split } from "./reshape.js";
import { clock } from "./rows.js";
import { SamplePrompt } from "./sample_prompt.js";
import { due, firstOpen, isContinuous, progress, sampledEvery } from "./sampling.js";
import { drawKeys, fillSheet } from "./sheet.js";
import { Spectrum } from "./spectrum.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";
import { TARGETS, wordsOf } from "./words.js";

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
  private readonly transport: Player;
  private readonly live: LiveClock | null;
  private readonly samples: SamplePrompt;
  private readonly details: Details;
  private readonly queue: Queue;
  /** Until when samples were looked for. */
  private sampledUntil: Micros = 0;
  /** Whether it played when a sample came due. */
  private playsOn = false;
  private keysDrawn = "";
  private activeSince = false;

  constructor(
    private readonly address: string,
    private data: RoomData,
    frames: FrameTimes | null,
    videos: HTMLVideoElement[],
    private readonly kept: Kept,
  ) {
    this.coding = new Coding(data.events, data.ratings, data.changes);
    this.queue = this.newQueue(data.version);
    const changes = (edits: Edit[]) => this.change(edits);
    const shown = () => this.tick();
    this.live = frames === null
      ? new LiveClock(this.coding, changes, shown, !data.own && !data.only_look && !data.finished, () => crypto.randomUUID())
      : null;
    this.transport = this.live ?? new Transport(videos, data.angles.map((angle) => angle.offset), frames as FrameTimes, shown);
    const canvas = find("#timeline canvas", HTMLCanvasElement);
    const { compared } = data;
    const second = compared === null
      ? null
      : { coding: new Coding(compared.events, {}, []), names: compared.names, differences: compared.differences };
    const beside = { second, proposals: data.proposals, sampled: sampledEvery(data.scheme), offset: data.angles[0]?.offset ?? 0 };
    this.timeline = new Timeline(canvas, data.scheme, this.coding, this.transport.frames, beside, {
      seek: (time) => this.transport.goTo(time),
      select: (id) => this.select(id),
      reshape: (reshaped) => this.reshape(reshaped),
    });
    this.details = new Details(find("#details", HTMLElement), (text) => this.say(text));
    this.samples = new SamplePrompt(find("#sample", HTMLElement), data.scheme, this.coding, this.who, {
      change: changes,
      say: (text) => this.say(text),
      askTarget: (behaviour, chosen) => this.askTarget(behaviour, chosen),
      select: (id) => this.select(id),
      closed: () => this.sampleClosed(),
    });
    fillSheet(find("#sheet .content", HTMLElement), data.scheme);
    if (compared !== null) this.showComparison(compared);
    this.listen();
    this.takeUpKept();
    this.loop();
    this.refresh();
  }

  private get frames() {
    return this.transport.frames;
  }

  // What is coded

  private newQueue(version: number): Queue {
    return new Queue(
      version,
      poster(`${this.address}/changes`),
      (told) => this.showSaved(told),
      (why, lost) => void this.showConflict(why, lost),
      undefined,
      this.kept,
    );
  }

  /** What an earlier page could not send any more: its browser was killed, or had no network. */
  private takeUpKept(): void {
    const kept = this.kept.read();
    if (kept.length === 0 || this.data.finished) return;
    const { again, lost } = sortKept(this.coding, kept);
    for (const change of again) this.queue.add(change);
    if (again.length === 0) this.kept.write([]);
    if (lost.length > 0) {
      tellOfConflict("Changes that an earlier page kept do not fit any more.", "", lost, (event) => this.words(event));
    } else if (again.length > 0) {
      this.say(again.length === 1 ? "One change that was not sent is sent now." : `${again.length} changes that were not sent are sent now.`);
    }
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
      this.askTarget(behaviour, (word) =>
        this.carryOut(press(this.now(), behaviour, this.who, pressed.time, word), behaviour));
    }
  }

  private askTarget(behaviour: Behaviour, chosen: (target: string) => void): void {
    const words = behaviour.targets.map((word) => ({ word, label: TARGETS[word] ?? word }));
    this.details.askTarget(behaviour.label, words, chosen);
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
    button("not-codable", () => this.toggleNotCodable());
    button("show-sound", () => this.say(this.timeline.nextSound()));
    button("show-sample", () => this.openSample());
    if (this.live === null) {
      find("#stage", HTMLElement).addEventListener("click", () => this.transport.toggle());
    } else {
      button("live-go", () => this.live?.toggle());
      button("live-end", () => this.live?.end());
    }
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
    if (this.details.key(event) || this.sampleKey(event) || this.ownKey(event)) event.preventDefault();
  }

  /** Keys that answer a sample; all others do what they always do. */
  private sampleKey(event: KeyboardEvent): boolean {
    if (!this.samples.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Enter") this.samples.next();
    else if (event.key === "Escape") this.samples.leave();
    else return false;
    return true;
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
      PageUp: () => (this.data.compared === null ? this.neighbour(-1) : this.difference(-1)),
      PageDown: () => (this.data.compared === null ? this.neighbour(1) : this.difference(1)),
      Enter: () => this.toggleLoop(),
      Delete: () => this.reshape(remove(this.coding, this.selected ?? "")),
      Backspace: () => this.reshape(remove(this.coding, this.selected ?? "")),
      F2: () => this.toggleHold(),
      F4: () => this.showRatings(),
      F6: () => this.openSample(),
      F7: () => this.say(this.timeline.nextSound()),
      F8: () => this.toggleNotCodable(),
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
      this.choose(subject);
      return true;
    }
    const behaviour = scheme.behaviours.find((one) => one.key === key);
    if (behaviour === undefined) return false;
    if (!repeat) this.pressBehaviour(behaviour, key);
    return true;
  }

  private choose(subject: Subject): void {
    this.who.subject = subject.id;
    this.numberFor = subject.many ? subject : null;
    const number = subject.many ? ` ${this.who.numbers[subject.id] ?? 1} (now 1 to 9 for another)` : "";
    this.say(`Who: ${subject.label}${number}`);
    this.samples.draw();
    this.refresh();
  }

  /** `held`: by which name the press is known until it ends. */
  private pressBehaviour(behaviour: Behaviour, held: string): void {
    this.numberFor = null;
    if (this.samples.open) {
      this.samples.press(behaviour);
      return;
    }
    if (!isContinuous(this.data.scheme)) {
      this.say("This scheme samples time: keys count when a sample is asked for. F6 asks for the first one that is open.");
      return;
    }
    if (this.live !== null && !this.data.own && !this.live.begun) {
      this.say("The session has not begun: press Space, or Begin.");
      return;
    }
    const pressed = press(this.now(), behaviour, this.who, this.pressTime(), null);
    this.carryOut(pressed, behaviour);
    const begun = pressed.does === "edit" && pressed.edits.some((edit) => edit.id === pressed.about && edit.before === null);
    if (this.hold && begun && !behaviour.point) this.held.set(held, pressed.about);
  }

  /** A key of the panel, by mouse, finger or reading program. */
  private touched(id: string, down: boolean): void {
    const held = `touch ${id}`;
    if (!down) {
      this.release(held);
      return;
    }
    this.activeSince = true;
    const subject = this.data.scheme.subjects.find((one) => one.id === id);
    const behaviour = this.data.scheme.behaviours.find((one) => one.id === id);
    if (subject !== undefined) {
      // A second touch of the same person goes to the next of many.
      if (subject.many && this.who.subject === subject.id) {
        this.who.numbers[subject.id] = ((this.who.numbers[subject.id] ?? 1) % 9) + 1;
      }
      this.choose(subject);
    } else if (behaviour !== undefined) {
      this.pressBehaviour(behaviour, held);
    }
  }

  private keyUp(event: KeyboardEvent): void {
    this.release(event.key);
  }

  private release(held: string): void {
    const id = this.held.get(held);
    if (id === undefined) return;
    this.held.delete(held);
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

  /** From here nothing can be coded; or the stretch in which nothing could ends here. */
  private toggleNotCodable(): void {
    const open = [...this.coding.events].find(([, event]) => event.behaviour === NOT_CODABLE && event.subject === undefined && event.stop === null);
    const { time } = this.transport;
    if (open === undefined) {
      const event: CodedEvent = { behaviour: NOT_CODABLE, start: time, stop: null, point: false, ...frameOf("start_frame", this.frames, time) };
      this.change([{ of: "event", id: crypto.randomUUID(), before: null, after: event }]);
      this.say("Cannot be coded from here; again where it can");
      return;
    }
    const ended = finish(this.now(), open, time);
    if (ended.does === "edit") this.change(ended.edits);
    this.say(ended.does === "say" ? ended.said : "Can be coded again");
  }

  // Samples of time

  /** Looks whether a sample came due since the last look; only while time goes on by itself. */
  private lookForSamples(): void {
    const { time, playing } = this.transport;
    const from = Math.min(this.sampledUntil, time);
    this.sampledUntil = time;
    if (!playing || this.samples.open || this.data.only_look || this.data.finished || time <= from) return;
    const sample = due(this.data.scheme, this.coding, from, time);
    if (sample === null) return;
    this.playsOn = true;
    this.transport.pause();
    if (this.live === null) this.transport.goTo(Math.max(sample.stop - 1, sample.start));
    this.samples.ask(sample);
    this.showSamples();
  }

  /** The first sample without an answer. */
  private openSample(): void {
    const { scheme } = this.data;
    if (sampledEvery(scheme).length === 0) {
      this.say("This scheme does not sample time.");
      return;
    }
    const until = this.live === null ? this.frames.end : this.transport.time;
    const sample = firstOpen(scheme, this.coding, until);
    if (sample === null) {
      this.say("Every sample has its answer.");
      return;
    }
    this.playsOn = this.transport.playing;
    this.transport.pause();
    if (this.live === null) this.transport.goTo(Math.max(sample.stop - 1, sample.start));
    this.samples.ask(sample);
  }

  private sampleClosed(): void {
    this.sampledUntil = Math.max(this.transport.time, this.sampledUntil);
    if (this.playsOn && this.live === null) this.transport.play();
    this.playsOn = false;
    this.refresh();
  }

  // Two codings side by side

  private showComparison(compared: Compared): void {
    const box = find("#differences", HTMLDetailsElement);
    box.hidden = false;
    box.open = true;
    find("#differences-count", HTMLElement).textContent = String(compared.differences.length);
    fillDifferences(find("#differences ol", HTMLElement), compared, (one) => this.playDifference(one));
  }

  playDifference(one: Difference): void {
    const { names } = this.data.compared ?? { names: ["", ""] };
    this.timeline.follow(one.start);
    this.transport.setLoop(around(one, this.frames.end));
    this.say(`${one.subject}: ${one.first} (${names[0]}), ${one.second} (${names[1]})`);
  }

  private difference(by: 1 | -1): void {
    const found = nextDifference(this.data.compared?.differences ?? [], this.transport.time, by);
    if (found === null) this.say("The two codings do not differ.");
    else this.playDifference(found);
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
    if (id !== null) requestAnimationFrame(() => this.timeline.reveal(id));
  }

  private refresh(): void {
    this.tick();
    this.fillEvents();
    const { scheme } = this.data;
    this.showLive();
    this.showSamples();
    const state = `${this.coding.revision} ${JSON.stringify(this.who)}`;
    if (state === this.keysDrawn) return;
    this.keysDrawn = state;
    drawKeys(find("#keys .content", HTMLElement), scheme, this.coding, this.who, (id, down) => this.touched(id, down));
    const rated = scheme.ratings.filter((scale) => this.coding.ratings.has(scale.id)).length;
    find("#show-ratings", HTMLButtonElement).hidden = scheme.ratings.length === 0;
    find("#rated", HTMLElement).textContent = `${rated} of ${scheme.ratings.length}`;
    find("#undo", HTMLButtonElement).disabled = this.coding.undo() === null;
    find("#redo", HTMLButtonElement).disabled = this.coding.redo() === null;
  }

  private showLive(): void {
    const { live } = this;
    if (live === null || this.data.own) return;
    const go = find("#live-go", HTMLButtonElement);
    go.textContent = !live.begun ? "Begin" : live.paused ? "Go on" : "Pause";
    go.hidden = live.begun && !live.running;
    find("#live-end", HTMLButtonElement).hidden = !live.running;
    document.body.dataset["live"] = !live.begun ? "waits" : live.paused ? "paused" : live.running ? "runs" : "ended";
  }

  private showSamples(): void {
    const button = find("#show-sample", HTMLButtonElement);
    button.hidden = sampledEvery(this.data.scheme).length === 0;
    if (button.hidden) return;
    const { done, all } = progress(this.data.scheme, this.coding, this.live === null ? this.frames.end : this.transport.time);
    find("#sampled", HTMLElement).textContent = `${done} of ${all}`;
  }

  private tick(): void {
    const { transport } = this;
    if (transport === undefined || this.samples === undefined) return;
    this.lookForSamples();
    find("#clock", HTMLElement).textContent = clock(transport.time);
    find("#frame", HTMLElement).textContent = this.live === null ? `frame ${transport.frame}` : "";
    document.body.dataset["frame"] = String(transport.frame);
    document.body.dataset["settled"] = String(transport.settled());
    const rate = this.live === null ? `${transport.rate} × ` : "";
    find("#rate", HTMLElement).textContent = `${rate}${transport.playing ? (transport.looping ? "loop" : "") : "paused"}`;
    find("#selection", HTMLElement).textContent = this.selectionWords();
  }

  private selectionWords(): string {
    const event = this.selected === null ? undefined : this.coding.events.get(this.selected);
    if (event !== undefined) return this.words(event);
    const { compared } = this.data;
    return compared === null ? "" : `Filled: ${compared.names[0]}. Beneath, hollow or paler: ${compared.names[1]}.`;
  }

  private words(event: CodedEvent): string {
    return wordsOf(this.data.scheme, event);
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
    const dropped = makeAgain(this.coding, lost, why, (change) => this.change(change.edits));
    const title = hasMoved(why)
      ? "This coding was changed in another window or on another machine since this page was loaded."
      : why;
    tellOfConflict(title, "What you did since was made again on top of it; nothing is lost.", dropped, (event) => this.words(event));
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

  setSpectrum(bytes: Uint8Array): void {
    this.timeline.spectrum = new Spectrum(bytes);
  }

  /** Goes to a time, where the address names one; a difference that begins there is played. */
  goTo(time: Micros): void {
    const one = this.data.compared?.differences.find((difference) => Math.abs(difference.start - time) < 2000);
    if (one === undefined) this.transport.goTo(time);
    else this.playDifference(one);
  }
}

export async function load(address: string): Promise<RoomData> {
  const other = new URLSearchParams(window.location.search).get("with");
  const asked = other !== null && /^[0-9a-f-]{36}$/.test(other) ? `?with=${other}` : "";
  const response = await fetch(`${address}/data${asked}`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as RoomData;
}

export async function loadFrames(angle: Angle): Promise<FrameTimes> {
  const response = await fetch(angle.frame_times);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return FrameTimes.read(await response.arrayBuffer(), angle.length, angle.offset);
}
