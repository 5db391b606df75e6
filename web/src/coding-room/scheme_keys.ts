// What a key of the scheme leads to, or a finger on the panel: who is coded, what begins and ends, to whom an
// act goes, which details it has. What a press means is in `press`; here it is asked for and carried out.
import type { Coding } from "./coding.js";
import type { Details } from "./details.js";
import { Holding } from "./holding.js";
import type { LiveClock } from "./live_clock.js";
import type { Behaviour, Edit, Micros, Scheme, Subject } from "./model.js";
import { isOpen } from "./model.js";
import type { Peers } from "./peers.js";
import type { Player } from "./player.js";
import { finish, press, type Pressed, type Who } from "./press.js";
import { amend, type Reshaped } from "./reshape.js";
import type { SamplePrompt } from "./sample_prompt.js";
import { isContinuous } from "./sampling.js";
import { targetsOf } from "./words.js";

/** The parts of the room that presses work with. */
export interface Pressing {
  readonly scheme: Scheme;
  readonly coding: Coding;
  readonly who: Who;
  readonly peers: Peers;
  readonly player: Player;
  readonly details: Details;
  readonly prompt: SamplePrompt;
  /** The clock of a session that is coded while it happens. */
  readonly live: LiveClock | null;
  change(edits: Edit[]): void;
  reshape(reshaped: Reshaped): void;
  select(id: string): void;
  say(text: string): void;
  refresh(): void;
}

export class SchemeKeys {
  /** Milliseconds by which the coder presses late. */
  lag = 0;
  readonly holding = new Holding((id) => this.endHeld(id));

  constructor(private readonly room: Pressing) {}

  now() {
    const { scheme, coding, player } = this.room;
    return { scheme, coding, frames: player.frames, newId: () => crypto.randomUUID() };
  }

  /** The time that a key stands for: the frame that is shown, earlier by the lag while it plays. */
  private time(): Micros {
    const { player } = this.room;
    if (!player.playing || this.lag === 0) return player.time;
    const earlier = player.time - this.lag * 1000 * player.rate;
    return player.frames.snap(Math.max(earlier, player.frames.start(0)));
  }

  /** The number of one of many, or a key of the scheme; whether it was one. */
  key(key: string, event: KeyboardEvent): boolean {
    if (this.number(key)) return true;
    if (event.altKey) return false;
    // A letter means its small one when the keyboard is locked to capitals.
    const asTyped = this.named(key, event.repeat);
    return asTyped || (event.getModifierState("CapsLock") && this.named(inOtherCase(key), event.repeat));
  }

  /** Of whom is coded, or of whom an act went to. */
  private number(key: string): boolean {
    const { peers, coding, change, say, refresh } = this.room;
    const answered = peers.number(key, coding);
    if (answered === null) return false;
    if (answered.edits.length > 0) change(answered.edits);
    say(answered.said);
    refresh();
    return true;
  }

  private named(key: string, isRepeated: boolean): boolean {
    const { scheme } = this.room;
    const subject = scheme.subjects.find((one) => one.key === key);
    if (subject !== undefined) {
      this.choose(subject);
      return true;
    }
    const behaviour = scheme.behaviours.find((one) => one.key === key);
    if (behaviour === undefined) return false;
    if (!isRepeated) this.press(behaviour, key.toLowerCase());
    return true;
  }

  private choose(subject: Subject): void {
    const { peers, prompt, say, refresh } = this.room;
    say(peers.choose(subject));
    prompt.draw();
    refresh();
  }

  /** `held`: by which name the press is known until it ends. */
  private press(behaviour: Behaviour, held: string): void {
    const { peers, prompt, live, say, who } = this.room;
    peers.forget();
    if (prompt.open) {
      prompt.press(behaviour);
      return;
    }
    if (!isContinuous(this.room.scheme)) {
      say("This scheme samples time: keys count when a sample is asked for. F6 asks for the first one that is open.");
      return;
    }
    if (live !== null && !live.begun) {
      say("The session has not begun: press Space, or Begin.");
      return;
    }
    const pressed = press(this.now(), behaviour, who, this.time(), null);
    this.carryOut(pressed, behaviour);
    if (begins(pressed) && !behaviour.point) this.holding.began(held, pressed.about);
  }

  private carryOut(pressed: Pressed, behaviour: Behaviour): void {
    const { peers, coding, who, change, select, say } = this.room;
    if (pressed.does === "say") {
      say(pressed.said);
    } else if (pressed.does === "edit") {
      change(pressed.edits);
      select(pressed.about);
      const event = coding.events.get(pressed.about);
      const which = begins(pressed) && event !== undefined ? peers.askWhich(pressed.about, event) : "";
      say(`${pressed.said}${which}`);
      if (begins(pressed) && behaviour.modifiers.length > 0) this.askDetails(pressed.about);
    } else {
      this.askTarget(behaviour, (word) => this.carryOut(press(this.now(), behaviour, who, pressed.time, word), behaviour));
    }
  }

  askTarget(behaviour: Behaviour, chosen: (target: string) => void): void {
    this.room.details.askTarget(behaviour.label, targetsOf(behaviour), chosen);
  }

  askDetails(id: string): void {
    const { coding, scheme, details, reshape, say } = this.room;
    const event = coding.events.get(id);
    const behaviour = scheme.behaviours.find((one) => one.id === event?.behaviour);
    if (event === undefined || behaviour === undefined || behaviour.modifiers.length === 0) {
      say("This behaviour has no details.");
      return;
    }
    details.ask(behaviour, event, (answers) => {
      const before = coding.events.get(id)?.modifiers ?? {};
      if (JSON.stringify(before) !== JSON.stringify(answers)) reshape(amend(coding, id, { modifiers: answers }));
    });
  }

  /** A key of the panel, by mouse, finger or reading program. */
  touched(id: string, down: boolean): void {
    const held = `touch ${id}`;
    if (!down) {
      this.holding.release(held);
      return;
    }
    const { scheme, peers } = this.room;
    const subject = scheme.subjects.find((one) => one.id === id);
    const behaviour = scheme.behaviours.find((one) => one.id === id);
    if (subject !== undefined) {
      peers.touch(subject);
      this.choose(subject);
    } else if (behaviour !== undefined) {
      this.press(behaviour, held);
    }
  }

  private endHeld(id: string): void {
    const { coding, player, change } = this.room;
    const event = coding.events.get(id);
    if (event === undefined || !isOpen(event)) return;
    // A press that is shorter than a frame still lasts one.
    const time = Math.max(this.time(), player.frames.stop(player.frames.at(event.start)));
    const ended = finish(this.now(), [id, event], time);
    if (ended.does === "edit") change(ended.edits);
  }
}

function inOtherCase(key: string): string {
  return key === key.toLowerCase() ? key.toUpperCase() : key.toLowerCase();
}

/** Whether a press began something. */
function begins(pressed: Pressed): pressed is Pressed & { does: "edit" } {
  return pressed.does === "edit" && pressed.edits.some((edit) => edit.id === pressed.about && edit.before === null);
}
