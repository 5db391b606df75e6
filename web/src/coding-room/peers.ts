// Which one of many: the digit after a subject's key, and the digit after "another infant", which says whom
// an act went to. The act is saved before the digit, so that nothing waits for it.
import type { Coding } from "./coding.js";
import type { CodedEvent, Edit, Scheme, Subject, SubjectKind } from "./model.js";
import type { Who } from "./press.js";
import { amend } from "./reshape.js";
import { TARGETS } from "./words.js";

/** Targets that mean one of several people. */
const OTHERS: Record<string, SubjectKind> = { "other-infant": "infant", "other-parent": "carer", staff: "staff-member" };

export interface Answered {
  edits: Edit[];
  said: string;
}

export class Peers {
  private numberFor: Subject | null = null;
  private target: { id: string; subject: Subject } | null = null;

  constructor(
    private readonly scheme: Scheme,
    private readonly who: Who,
  ) {}

  /** The next key is about something else. */
  forget(): void {
    this.numberFor = null;
    this.target = null;
  }

  /** A subject is chosen; the next digit says which of many. */
  choose(subject: Subject): string {
    this.forget();
    this.who.subject = subject.id;
    this.numberFor = subject.many ? subject : null;
    const number = subject.many ? ` ${this.who.numbers[subject.id] ?? 1} (now 1 to 9 for another)` : "";
    return `Who: ${subject.label}${number}`;
  }

  /** A second touch of the same person goes to the next of many. */
  touch(subject: Subject): void {
    if (subject.many && this.who.subject === subject.id) {
      this.who.numbers[subject.id] = ((this.who.numbers[subject.id] ?? 1) % 9) + 1;
    }
  }

  /** After an act to somebody who has no number yet: what to say, and the next digit tells. */
  askWhich(id: string, event: CodedEvent): string {
    const kind = OTHERS[event.target ?? ""];
    const some = this.scheme.subjects.filter((one) => one.kind === kind);
    const only = some.length === 1 ? some[0] : undefined;
    if (kind === undefined || only === undefined || !only.many) return "";
    this.target = { id, subject: only };
    return `: ${TARGETS[event.target ?? ""] ?? ""} (now 1 to 9 for which one)`;
  }

  /** A digit, if one is waited for. */
  number(key: string, coding: Coding): Answered | null {
    if (!/^[1-9]$/.test(key)) return null;
    const { numberFor, target } = this;
    if (numberFor !== null) {
      this.forget();
      this.who.numbers[numberFor.id] = Number(key);
      return { edits: [], said: `Who: ${numberFor.label} ${key}` };
    }
    if (target === null) return null;
    const name = `${target.subject.id}-${key}`;
    const event = coding.events.get(target.id);
    const isStaff = target.subject.kind === "staff-member";
    const own = !isStaff && this.kindOf(event?.subject) !== "staff-member" && event?.subject?.endsWith(`-${key}`) === true;
    if (name === event?.subject || own) return { edits: [], said: `${target.subject.label} ${key} is their own, or themselves: another digit` };
    this.forget();
    const amended = amend(coding, target.id, { target: name });
    return "said" in amended ? { edits: [], said: amended.said } : { edits: amended.edits, said: `To ${target.subject.label} ${key}` };
  }

  private kindOf(name: string | undefined): SubjectKind | undefined {
    return this.scheme.subjects.find((one) => one.id === name || one.id === name?.replace(/-\d+$/, ""))?.kind;
  }
}
