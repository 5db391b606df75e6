// The coding room: its parts, which key of the room does what, and what is shown. Everything that is coded goes
// through `change`, which changes what is shown and queues the change for the server in one breath. Keys of the
// scheme are in `scheme_keys`, what a press means in `press`, how it reaches the server in `saving`.
import { Coding } from "./coding.js";
import { closesConflict } from "./conflict.js";
import { Details } from "./details.js";
import type { FrameTimes } from "./frame_times.js";
import type { KeptChanges, Shelf } from "./kept_changes.js";
import { listenToKeys } from "./keyboard.js";
import { LiveClock } from "./live_clock.js";
import { load } from "./loading.js";
import type { CodedEvent, Doing, Edit, Micros, RoomData } from "./model.js";
import { askComment, fillEvents, listenToTransport, showLive, showTime, showTools } from "./panels.js";
import { find } from "./parts.js";
import { Peers } from "./peers.js";
import { ITS_OWN } from "./place.js";
import type { Player } from "./player.js";
import type { Who } from "./press.js";
import type { Waiting } from "./queue.js";
import { fillRatings, showAnswers } from "./rating_form.js";
import { amend, type Edge, merge, moveEdge, nudge, remove, type Reshaped, split } from "./reshape.js";
import { SamplePrompt } from "./sample_prompt.js";
import { SampleRound } from "./sample_round.js";
import { sampledEvery } from "./sampling.js";
import { Saving } from "./saving.js";
import { SchemeKeys } from "./scheme_keys.js";
import { drawKeys, fillSheet } from "./sheet.js";
import { secondOf, SideBySide } from "./side_by_side.js";
import { Spectrum } from "./spectrum.js";
import { toggleNotCodable, togglePresent } from "./stretches.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";
import { wordsOf, wordsOfEdit } from "./words.js";

export class Room {
  private readonly coding: Coding;
  private readonly who: Who = { subject: null, numbers: {} };
  private selected: string | null = null;
  private readonly timeline: Timeline;
  private readonly player: Player;
  private readonly live: LiveClock | null;
  private readonly prompt: SamplePrompt;
  private readonly samples: SampleRound;
  private readonly details: Details;
  private readonly peers: Peers;
  private readonly keys: SchemeKeys;
  private readonly beside: SideBySide | null;
  private readonly saving: Saving;
  private keysDrawn = "";
  private activeSince = false;

  constructor(
    address: string,
    private data: RoomData,
    frames: FrameTimes | null,
    videos: HTMLVideoElement[],
    kept: KeptChanges,
    /** What an earlier page kept and could not send. */
    left: readonly Waiting[],
  ) {
    const { scheme } = data;
    this.coding = new Coding(data.events, data.ratings, data.changes);
    this.peers = new Peers(scheme, this.who);
    const say = (text: string) => this.say(text);
    const change = (edits: Edit[]) => this.change(edits);
    const shown = () => this.tick();
    this.saving = new Saving(address, data.version, this.coding, kept, {
      say,
      words: (edit) => wordsOfEdit(scheme, edit),
      load: () => load(address),
      loaded: (fresh, all) => {
        if (!all) this.player.pause();
        this.data = fresh;
        showAnswers(find("#ratings .content", HTMLElement), scheme.ratings, this.coding);
        this.refresh();
      },
    });
    this.live = frames === null
      ? new LiveClock(this.coding, change, shown, !data.own && !data.only_look && !data.finished, () => crypto.randomUUID())
      : null;
    this.player = this.live ?? new Transport(videos, data.angles, frames as FrameTimes, shown);
    const { compared } = data;
    const beside = { second: secondOf(compared), proposals: data.proposals, sampled: sampledEvery(scheme), place: data.angles[0] ?? ITS_OWN };
    this.timeline = new Timeline(find("#timeline canvas", HTMLCanvasElement), scheme, this.coding, this.player.frames, beside, {
      seek: (time) => this.player.goTo(time),
      select: (id) => this.select(id),
      reshape: (reshaped) => this.reshape(reshaped),
    });
    this.details = new Details(find("#details", HTMLElement), say);
    this.prompt = new SamplePrompt(find("#sample", HTMLElement), scheme, this.coding, this.who, {
      change, say,
      askTarget: (behaviour, chosen) => this.keys.askTarget(behaviour, chosen),
      select: (id) => this.select(id),
      closed: () => {
        this.samples.closed();
        this.refresh();
      },
    });
    this.samples = new SampleRound(scheme, this.coding, this.player, this.prompt, this.live !== null, say);
    this.keys = new SchemeKeys({
      scheme, coding: this.coding, who: this.who, peers: this.peers, player: this.player, details: this.details, prompt: this.prompt,
      live: data.own ? null : this.live, change, say,
      reshape: (reshaped) => this.reshape(reshaped),
      select: (id) => this.select(id),
      refresh: () => this.refresh(),
    });
    this.beside = compared === null ? null : new SideBySide(compared, this.player, this.timeline, say);
    fillSheet(find("#sheet .content", HTMLElement), scheme);
    this.listen();
    this.saving.takeUp(left, data.finished);
    this.loop();
    this.refresh();
  }

  private get frames() {
    return this.player.frames;
  }

  // What is coded

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
    this.saving.add(doing, edits);
    this.refresh();
  }

  private reshape(reshaped: Reshaped): void {
    if ("said" in reshaped) this.say(reshaped.said);
    else this.change(reshaped.edits);
  }

  // Keys and buttons

  private listen(): void {
    const { coding, player } = this;
    const selected = () => this.selected ?? "";
    const sheet = () => find("#sheet", HTMLDialogElement).showModal();
    const page = (by: 1 | -1) => (this.beside === null ? this.neighbour(by) : this.beside.go(by));
    const sound = () => this.say(this.timeline.nextSound());
    const notCodable = () => this.say(toggleNotCodable(this.keys.now(), player.time, (edits) => this.change(edits)));
    const present = () => this.say(togglePresent(this.keys.now(), this.who, player.time, (edits) => this.change(edits)));
    const hold = () => this.say(this.keys.holding.toggle());
    listenToKeys({
      awake: () => (this.activeSince = true),
      answer: (event) => closesConflict(event) || this.details.key(event) || this.sampleKey(event),
      scheme: (key, event) => this.keys.key(key, event),
      released: (key) => this.keys.holding.release(key.toLowerCase()),
      otherKey: () => this.peers.forget(),
      signs: {
        "[": () => this.reshape(moveEdge(coding, this.frames, selected(), "start", player.time)),
        "]": () => this.reshape(moveEdge(coding, this.frames, selected(), "stop", player.time)),
        ",": () => this.nudge("stop", -1),
        ".": () => this.nudge("stop", 1),
        "<": () => this.nudge("start", -1),
        ">": () => this.nudge("start", 1),
        "/": () => this.reshape(split(coding, this.frames, selected(), player.time, crypto.randomUUID())),
        "\\": () => this.reshape(merge(coding, selected())),
        "'": () => this.comment(selected()),
        "=": () => this.keys.askDetails(selected()),
        "+": () => this.timeline.zoom(0.67, player.time),
        "-": () => this.timeline.zoom(1.5, player.time),
        "?": sheet,
      },
      named: {
        " ": () => player.toggle(),
        ArrowLeft: (shift) => (shift ? player.skip(-1e6) : player.step(-1)),
        ArrowRight: (shift) => (shift ? player.skip(1e6) : player.step(1)),
        ArrowUp: () => player.faster(1),
        ArrowDown: () => player.faster(-1),
        Home: () => player.show(0),
        End: () => player.show(this.frames.count - 1),
        PageUp: () => page(-1),
        PageDown: () => page(1),
        Enter: () => this.toggleLoop(),
        Delete: () => this.reshape(remove(coding, selected())),
        Backspace: () => player.atOwnSpeed(),
        F2: hold,
        F4: () => this.showRatings(),
        F6: () => this.samples.open(),
        F7: sound,
        F8: (shift) => (this.prompt.open ? (shift ? this.prompt.nobody() : this.prompt.notSeen()) : notCodable()),
        F9: present,
        Escape: () => this.select(null),
      },
      control: {
        z: (shift) => (shift ? this.redo() : this.undo()),
        y: () => this.redo(),
        arrowleft: () => player.skip(-10e6),
        arrowright: () => player.skip(10e6),
      },
    });
    const button = (id: string, act: () => void) => find(`#${id}`, HTMLButtonElement).addEventListener("click", act);
    button("show-sheet", sheet);
    button("show-ratings", () => this.showRatings());
    button("undo", () => this.undo());
    button("redo", () => this.redo());
    button("hold", hold);
    button("delete", () => this.reshape(remove(coding, selected())));
    button("not-codable", () => (this.prompt.open ? this.prompt.notSeen() : notCodable()));
    button("present", present);
    button("show-sound", sound);
    button("show-sample", () => this.samples.open());
    if (this.live === null) {
      find("#stage", HTMLElement).addEventListener("click", () => player.toggle());
      listenToTransport(player);
    } else {
      button("live-go", () => this.live?.toggle());
      button("live-end", () => this.live?.end());
    }
    const lag = find("#lag", HTMLInputElement);
    lag.addEventListener("change", () => {
      this.keys.lag = Math.min(Math.max(Number(lag.value) || 0, 0), 2000);
      lag.value = String(this.keys.lag);
      lag.blur();
    });
    find("#events", HTMLDetailsElement).addEventListener("toggle", () => this.fillEvents());
  }

  /** Keys that answer a sample; all others do what they always do. */
  private sampleKey(event: KeyboardEvent): boolean {
    if (!this.prompt.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Enter") this.prompt.next();
    else if (event.key === "Escape") this.prompt.leave();
    else return false;
    return true;
  }

  private nudge(edge: Edge, by: number): void {
    const id = this.selected ?? "";
    this.reshape(nudge(this.coding, this.frames, id, edge, by));
    const event = this.coding.events.get(id);
    const at = edge === "stop" && event?.stop != null ? event.stop : event?.start;
    if (at !== undefined && !this.player.playing) this.player.goTo(at);
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

  private comment(id: string): void {
    const event = this.coding.events.get(id);
    if (event === undefined) this.say("Select an event to comment on it.");
    else askComment(event, (comment) => this.reshape(amend(this.coding, id, { comment })));
  }

  private showRatings(): void {
    const { ratings } = this.data.scheme;
    if (ratings.length === 0) {
      this.say("This scheme has no ratings.");
      return;
    }
    this.player.pause();
    fillRatings(find("#ratings .content", HTMLElement), ratings, this.coding, (edits) => this.change(edits));
    find("#ratings", HTMLDialogElement).showModal();
  }

  // Going to what was coded

  private toggleLoop(): void {
    const event = this.selected === null ? undefined : this.coding.events.get(this.selected);
    if (this.player.looping || event === undefined) {
      this.player.setLoop(null);
      if (event === undefined) this.say("Select a bout to loop it.");
      return;
    }
    const stop = event.point ? event.start + 1e6 : (event.stop ?? this.player.time);
    const start = event.point ? Math.max(event.start - 1e6, 0) : event.start;
    if (stop > start) this.player.setLoop({ start, stop });
  }

  /** The event before or after: goes to it and selects it. */
  private neighbour(by: 1 | -1): void {
    const found = this.coding.neighbour(this.selected, this.player.time, by);
    if (found === null) this.say("Nothing is coded yet.");
    else this.goToEvent(...found);
  }

  private goToEvent(id: string, event: CodedEvent): void {
    this.select(id);
    this.player.pause();
    this.player.goTo(event.start);
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
    if (this.live !== null && !this.data.own) showLive(this.live);
    this.samples.show();
    const state = `${this.coding.revision} ${JSON.stringify(this.who)}`;
    if (state === this.keysDrawn) return;
    this.keysDrawn = state;
    this.prompt.draw();
    drawKeys(find("#keys .content", HTMLElement), scheme, this.coding, this.who, (id, down) => {
      this.activeSince = true;
      this.keys.touched(id, down);
    });
    showTools(scheme, this.coding);
  }

  /** Called with every frame that is shown; also before everything is there. */
  private tick(): void {
    if (this.player === undefined || this.samples === undefined) return;
    if (!this.data.only_look && !this.data.finished) this.samples.look();
    showTime(this.player, this.live !== null);
    find("#selection", HTMLElement).textContent = this.selectionWords();
    find("#delete", HTMLButtonElement).disabled = this.selected === null || !this.coding.events.has(this.selected);
  }

  private selectionWords(): string {
    const event = this.selected === null ? undefined : this.coding.events.get(this.selected);
    if (event !== undefined) return wordsOf(this.data.scheme, event);
    return this.beside?.words() ?? "";
  }

  private fillEvents(): void {
    fillEvents(this.coding, this.selected, (event) => wordsOf(this.data.scheme, event), (id, event) => this.goToEvent(id, event));
  }

  private say(text: string): void {
    find("#said", HTMLElement).textContent = text;
  }

  private loop(): void {
    const draw = () => {
      if (this.player.playing) this.timeline.follow(this.player.time);
      this.timeline.draw(this.player.time);
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
    // Whoever codes is there, also while no change is sent.
    setInterval(() => {
      if (this.activeSince || this.player.playing) void fetch("/account/still-here", { headers: { accept: "application/json" } }).catch(() => {});
      this.activeSince = false;
    }, 4 * 60 * 1000);
  }

  /** The page that kept what waits was closed: this one keeps now. */
  takeOver(shelf: Shelf | null): void {
    if (!this.data.finished) void this.saving.takeOver(shelf);
  }

  setPeaks(peaks: Uint8Array): void {
    this.timeline.peaks = peaks;
  }

  setSpectrum(bytes: Uint8Array): void {
    this.timeline.spectrum = new Spectrum(bytes);
  }

  /** Goes to a time, where the address names one; a difference that begins there is played. */
  goTo(time: Micros): void {
    if (this.beside?.playAt(time) !== true) this.player.goTo(time);
  }
}
