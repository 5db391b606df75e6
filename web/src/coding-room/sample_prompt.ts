// The question at the end of a sampled interval: what happened, or what is the case, and of whom. Keys of
// the scheme answer; Enter says that this is all.
import type { Coding } from "./coding.js";
import type { Behaviour, Edit, Scheme, Subject } from "./model.js";
import { NOT_CODABLE } from "./model.js";
import { keyCap, make } from "./parts.js";
import { codedName, subjectLabel, subjectOf, type Who, whoShows } from "./press.js";
import { clock } from "./rows.js";
import { answer, close, nobodySeen, roster, type Sample, toggleNotSeen, within } from "./sampling.js";
import { toWhom } from "./words.js";

const ASKS = {
  interval: "What happened between",
  "whole-interval": "What lasted all the time from",
  momentary: "What is the case at",
  scan: "Who does what at",
} as const;

export interface PromptActs {
  change(edits: Edit[]): void;
  say(text: string): void;
  askTarget(behaviour: Behaviour, chosen: (target: string) => void): void;
  select(id: string | null): void;
  /** It was answered, or left. */
  closed(answered: boolean): void;
}

export class SamplePrompt {
  sample: Sample | null = null;
  /** Place in the list of people, for a scan. */
  private place = 0;

  constructor(
    private readonly box: HTMLElement,
    private readonly scheme: Scheme,
    private readonly coding: Coding,
    private readonly who: Who,
    private readonly acts: PromptActs,
  ) {}

  get open(): boolean {
    return this.sample !== null;
  }

  ask(sample: Sample): void {
    this.sample = sample;
    this.place = 0;
    if (sample.way === "scan") this.turnTo(0);
    this.draw();
    this.acts.say(`Sample ${sample.number + 1}: ${ASKS[sample.way].toLowerCase()} ${timesOf(sample)}?`);
  }

  /** The people of a scan, one after the other. */
  private turnTo(place: number): void {
    const people = roster(this.scheme, this.coding);
    this.place = Math.min(place, people.length);
    const one = people[this.place];
    if (one === undefined) return;
    this.who.subject = one.subject;
    if (one.number !== null) this.who.numbers[one.subject] = one.number;
  }

  /** Enter: this is all. Of a scan it goes on to the next person first. */
  next(): void {
    const sample = this.sample;
    if (sample === null) return;
    if (sample.way === "scan" && this.place + 1 < roster(this.scheme, this.coding).length) {
      this.turnTo(this.place + 1);
      this.draw();
      return;
    }
    this.acts.change(close(this.coding, sample, () => crypto.randomUUID()));
    this.hide(true);
  }

  /** Esc: it stays unanswered, and is counted so. */
  leave(): void {
    this.hide(false);
  }

  private hide(isAnswered: boolean): void {
    this.sample = null;
    this.box.hidden = true;
    this.box.replaceChildren();
    this.acts.closed(isAnswered);
  }

  /** F8: whoever is chosen cannot be seen in this sample, which is then missing for that person alone. */
  notSeen(): void {
    const sample = this.sample;
    const subject = subjectOf(this.scheme, this.who.subject ?? "") ?? onlyOne(this.scheme);
    if (sample === null) return;
    if (subject === undefined) {
      this.acts.say("Who cannot be seen? First press the key of a person; Shift F8 is for everybody.");
      return;
    }
    const name = codedName(subject, this.who);
    const { edits, isSeen } = toggleNotSeen(this.coding, sample, name, () => crypto.randomUUID());
    this.acts.change(edits);
    this.acts.say(`${subjectLabel(this.scheme, name)} ${isSeen ? "can be seen after all" : "cannot be seen in this sample"}`);
    this.draw();
  }

  /** Shift F8: nobody can be seen in this sample. */
  nobody(): void {
    if (this.sample === null) return;
    this.acts.change(nobodySeen(this.coding, this.sample, () => crypto.randomUUID()));
    this.acts.say("Nobody could be seen in this sample");
    this.hide(true);
  }

  press(behaviour: Behaviour, target: string | null = null): void {
    const sample = this.sample;
    if (sample === null) return;
    const subject = behaviour.kind === "span" ? null : whoShows(this.scheme, behaviour, this.who);
    if (subject === null && behaviour.kind !== "span") {
      this.acts.say("Who? First press the key of a person.");
      return;
    }
    if (sample.way === "whole-interval" && behaviour.point) {
      this.acts.say(`${behaviour.label} has one time and lasts no interval.`);
      return;
    }
    const only = behaviour.targets.length === 1 ? (behaviour.targets[0] as string) : target;
    if (behaviour.targets.length > 0 && only === null) {
      this.acts.askTarget(behaviour, (chosen) => this.press(behaviour, chosen));
      return;
    }
    const to = behaviour.targets.length === 0 ? null : only;
    const { edits, about } = answer(this.scheme, this.coding, sample, behaviour, { subject, target: to }, () => crypto.randomUUID());
    this.acts.change(edits);
    this.acts.select(about);
    this.acts.say(about === null ? `${behaviour.label}: taken back` : behaviour.label);
    this.draw();
  }

  /** Draws it again, after another person was chosen or something was undone. */
  draw(): void {
    const sample = this.sample;
    if (sample === null) return;
    const there = within(this.coding, sample).map(([, event]) => {
      const behaviour = this.scheme.behaviours.find((one) => one.id === event.behaviour)?.label ?? event.behaviour;
      const who = event.subject === undefined ? "" : `${subjectLabel(this.scheme, event.subject)}: `;
      if (event.behaviour === NOT_CODABLE) return make("li", {}, `${who}cannot be seen`);
      const to = event.target === undefined ? "" : toWhom(this.scheme, behaviour, event.target);
      return make("li", {}, `${who}${behaviour}${to}`);
    });
    const subject = subjectOf(this.scheme, this.who.subject ?? "");
    const who = subject === undefined ? null : make("p", { class: "sample-who" }, subjectLabel(this.scheme, codedName(subject, this.who)));
    const button = (label: string, key: string, act: () => void) => {
      const made = make("button", { type: "button", class: "quiet" }, keyCap(key), ` ${label}`);
      made.addEventListener("click", act);
      return made;
    };
    const last = sample.way !== "scan" || this.place + 1 >= roster(this.scheme, this.coding).length;
    this.box.replaceChildren(
      make("h2", {}, `Sample ${sample.number + 1}. ${ASKS[sample.way]} ${timesOf(sample)}?`),
      ...(who === null ? [] : [who]),
      there.length === 0 ? make("p", {}, "Nothing yet: press keys, or go on if nothing is the case.") : make("ul", {}, ...there),
      make("div", { class: "buttons" },
        button(last ? "that is all" : "next person", "Enter", () => this.next()),
        button("cannot be seen", "F8", () => this.notSeen()),
        button("nobody can be seen", "Shift F8", () => this.nobody()),
        button("leave unanswered", "Esc", () => this.leave())),
    );
    this.box.hidden = false;
  }
}

/** The times that a question names. */
function timesOf(sample: Sample): string {
  const [start, stop] = [clock(sample.start, 1), clock(sample.stop, 1)];
  if (sample.way === "interval") return `${start} and ${stop}`;
  return sample.way === "whole-interval" ? `${start} to ${stop}` : stop;
}

/** The only person there is, who need not be chosen. */
function onlyOne(scheme: Scheme): Subject | undefined {
  return scheme.subjects.length === 1 ? scheme.subjects[0] : undefined;
}
