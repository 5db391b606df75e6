// The question at the end of a sampled interval: what happened, or what is the case, and of whom. Keys of
// the scheme answer; Enter says that this is all.
import type { Coding } from "./coding.js";
import type { Behaviour, Edit, Scheme } from "./model.js";
import { keyCap, make } from "./parts.js";
import { codedName, subjectLabel, subjectOf, type Who, whoShows } from "./press.js";
import { clock } from "./rows.js";
import { answer, close, roster, type Sample, within } from "./sampling.js";
import { toWhom } from "./words.js";

const ASKS = {
  interval: "What happened between",
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
    const times = sample.way === "interval" ? `${clock(sample.start, 1)} and ${clock(sample.stop, 1)}` : clock(sample.stop, 1);
    this.acts.say(`Sample ${sample.number + 1}: ${ASKS[sample.way].toLowerCase()} ${times}?`);
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

  press(behaviour: Behaviour, target: string | null = null): void {
    const sample = this.sample;
    if (sample === null) return;
    const subject = behaviour.kind === "span" ? null : whoShows(this.scheme, behaviour, this.who);
    if (subject === null && behaviour.kind !== "span") {
      this.acts.say("Who? First press the key of a person.");
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
    const times = sample.way === "interval" ? `${clock(sample.start, 1)} and ${clock(sample.stop, 1)}` : clock(sample.stop, 1);
    const there = within(this.coding, sample).map(([, event]) => {
      const behaviour = this.scheme.behaviours.find((one) => one.id === event.behaviour)?.label ?? event.behaviour;
      const who = event.subject === undefined ? "" : `${subjectLabel(this.scheme, event.subject)}: `;
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
      make("h2", {}, `Sample ${sample.number + 1}. ${ASKS[sample.way]} ${times}?`),
      ...(who === null ? [] : [who]),
      there.length === 0 ? make("p", {}, "Nothing yet: press keys, or go on if nothing is the case.") : make("ul", {}, ...there),
      make("div", { class: "buttons" },
        button(last ? "that is all" : "next person", "Enter", () => this.next()),
        button("leave unanswered", "Esc", () => this.leave())),
    );
    this.box.hidden = false;
  }
}
