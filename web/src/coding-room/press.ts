// What a key of the scheme does: begins a state, ends it, switches within an exclusive set, notes a
// point. A press becomes edits, or a question that the next key answers, or a sentence for the coder.
import type { Coding } from "./coding.js";
import type { Behaviour, CodedEvent, Edit, Micros, Scheme, Subject } from "./model.js";
import { isOpen } from "./model.js";
import { frameOf, type Times } from "./player.js";

/** Who is coded at the moment, and which number each of many has. */
export interface Who {
  subject: string | null;
  numbers: Record<string, number>;
}

export type Pressed =
  | { does: "edit"; edits: Edit[]; about: string; said: string }
  | { does: "ask-target"; behaviour: Behaviour; time: Micros }
  | { does: "say"; said: string };

/** The name under which a subject is coded: "infant-2" of many, "carer" of one. */
export function codedName(subject: Subject, who: Who): string {
  return subject.many ? `${subject.id}-${who.numbers[subject.id] ?? 1}` : subject.id;
}

export function subjectOf(scheme: Scheme, name: string): Subject | undefined {
  return (
    scheme.subjects.find((subject) => subject.id === name) ??
    scheme.subjects.find((subject) => subject.many && name.replace(/-\d+$/, "") === subject.id)
  );
}

export function subjectLabel(scheme: Scheme, name: string): string {
  const subject = subjectOf(scheme, name);
  if (subject === undefined) return name;
  return subject.many ? `${subject.label} ${name.slice(subject.id.length + 1)}` : subject.label;
}

/** Whom a behaviour is coded for now: the subject chosen, or the only one that can show it. */
export function whoShows(scheme: Scheme, behaviour: Behaviour, who: Who): string | null {
  const can = scheme.subjects.filter(
    (subject) => behaviour.subjects.length === 0 || behaviour.subjects.includes(subject.id),
  );
  const chosen = can.find((subject) => who.subject === subject.id);
  const only = can.length === 1 ? can[0] : undefined;
  const found = chosen ?? only;
  return found === undefined ? null : codedName(found, who);
}

interface Now {
  scheme: Scheme;
  coding: Coding;
  frames: Times;
  newId: () => string;
}

/** A key of the scheme goes down at a time that lies on a frame. */
export function press(now: Now, behaviour: Behaviour, who: Who, time: Micros, target: string | null): Pressed {
  const subject = behaviour.kind === "span" ? null : whoShows(now.scheme, behaviour, who);
  if (subject === null && behaviour.kind !== "span") {
    const names = now.scheme.subjects
      .filter((one) => behaviour.subjects.length === 0 || behaviour.subjects.includes(one.id))
      .map((one) => `${one.key ?? "?"} ${one.label}`);
    return { does: "say", said: `Who? First press ${names.join(", ")}.` };
  }
  let to = behaviour.targets.length === 1 ? (behaviour.targets[0] as string) : target;
  if (behaviour.targets.length === 0) to = null;
  const running = ongoing(now.coding, behaviour, subject);
  if (running !== null) return finish(now, running, time);
  if (behaviour.targets.length > 0 && to === null) return { does: "ask-target", behaviour, time };
  const id = now.newId();
  const event: CodedEvent = {
    behaviour: behaviour.id,
    ...(subject === null ? {} : { subject }),
    ...(to === null ? {} : { target: to }),
    start: time,
    stop: null,
    point: behaviour.point,
    ...frameOf("start_frame", now.frames, time),
  };
  const edits: Edit[] = behaviour.point ? [] : makeRoom(now, behaviour, event);
  edits.push({ of: "event", id, before: null, after: event });
  return { does: "edit", edits, about: id, said: behaviour.point ? behaviour.label : `${behaviour.label} begins` };
}

/** The bout of this behaviour that is open for this subject. */
export function ongoing(coding: Coding, behaviour: Behaviour, subject: string | null): [string, CodedEvent] | null {
  if (behaviour.point) return null;
  for (const [id, event] of coding.events) {
    if (isOpen(event) && event.behaviour === behaviour.id && (event.subject ?? null) === subject) return [id, event];
  }
  return null;
}

/** Ends an open bout. */
export function finish(now: Now, [id, event]: [string, CodedEvent], time: Micros): Pressed {
  const label = labelOf(now.scheme, event);
  if (time <= event.start) {
    return { does: "say", said: `${label} begins at this frame or later; go on before it ends.` };
  }
  const after = { ...event, stop: time, ...frameOf("stop_frame", now.frames, time) };
  return { does: "edit", edits: [{ of: "event", id, before: event, after }], about: id, said: `${label} ends` };
}

/**
 * In an exclusive set only one state holds: what is open ends here. A bout that was coded before and
 * reaches over this time is cut here, and the new one takes over the rest of it.
 */
function makeRoom(now: Now, behaviour: Behaviour, event: CodedEvent): Edit[] {
  const set = now.scheme.sets.find((one) => one.id === behaviour.set);
  if (set === undefined || !set.exclusive) return [];
  const members = new Set(now.scheme.behaviours.filter((one) => one.set === set.id).map((one) => one.id));
  const edits: Edit[] = [];
  for (const [id, other] of now.coding.events) {
    if (!members.has(other.behaviour) || other.subject !== event.subject || other.point || other.sampled !== undefined) continue;
    const reaches = other.stop === null || other.stop > event.start;
    if (other.start > event.start || !reaches) continue;
    if (other.stop !== null) {
      event.stop = other.stop;
      if (other.stop_frame !== undefined) event.stop_frame = other.stop_frame;
    }
    const after = other.start === event.start ? null : { ...other, stop: event.start, ...frameOf("stop_frame", now.frames, event.start) };
    edits.push({ of: "event", id, before: other, after });
  }
  return edits;
}

export function labelOf(scheme: Scheme, event: CodedEvent): string {
  return scheme.behaviours.find((one) => one.id === event.behaviour)?.label ?? event.behaviour;
}
