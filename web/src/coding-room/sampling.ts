// Sampling of time: the recording or session is cut into intervals of equal length, and at the end of
// each the coder is asked. Interval sampling asks what happened at all within it, whole-interval sampling
// what lasted all of it, momentary sampling what is the case at its end, scan sampling the same person by
// person. An answer reaches over the interval, so that shares of time and agreement weigh every sample alike.
// Whoever could not be seen in a sample is missing in it, and nobody else is.
import type { Coding } from "./coding.js";
import type { Behaviour, CodedEvent, Edit, Micros, SampleWay, Scheme } from "./model.js";
import { NOT_CODABLE, SAMPLED } from "./model.js";

export interface Sample {
  way: SampleWay;
  number: number;
  start: Micros;
  stop: Micros;
}

export interface SampledEvery {
  way: SampleWay;
  length: Micros;
}

/** Whether keys may also code whatever happens, when it happens. */
export function isContinuous(scheme: Scheme): boolean {
  return scheme.sampling.length === 0 || scheme.sampling.some((one) => one.kind === "continuous");
}

export function sampledEvery(scheme: Scheme): SampledEvery[] {
  const ways: SampledEvery[] = [];
  for (const one of scheme.sampling) {
    if (one.kind !== "continuous") ways.push({ way: one.kind, length: Math.round(one.seconds * 1e6) });
  }
  return ways;
}

export function sampleOf(every: SampledEvery, number: number): Sample {
  return { way: every.way, number, start: number * every.length, stop: (number + 1) * every.length };
}

const name = (way: SampleWay, number: number) => `${way} ${number}`;

/** Samples that were answered, also those in which nothing was the case. */
export function answered(coding: Coding): Set<string> {
  const done = new Set<string>();
  for (const event of coding.events.values()) {
    if (event.behaviour === SAMPLED && event.sampled !== undefined) done.add(name(event.sampled.way, event.sampled.number));
  }
  return done;
}

/** Whole intervals until a time. */
export function countUntil(every: SampledEvery, time: Micros): number {
  return Math.max(Math.floor(time / every.length), 0);
}

/** The sample that comes due when time goes on from one moment to another, the earliest first. */
export function due(scheme: Scheme, coding: Coding, from: Micros, to: Micros): Sample | null {
  const done = answered(coding);
  let first: Sample | null = null;
  for (const every of sampledEvery(scheme)) {
    for (let number = countUntil(every, from); number < countUntil(every, to); number += 1) {
      if (done.has(name(every.way, number))) continue;
      const sample = sampleOf(every, number);
      if (first === null || sample.stop < first.stop) first = sample;
      break;
    }
  }
  return first;
}

/** What is to be answered next: the first sample without an answer, until a time. */
export function firstOpen(scheme: Scheme, coding: Coding, until: Micros): Sample | null {
  return due(scheme, coding, 0, until);
}

export function progress(scheme: Scheme, coding: Coding, length: Micros): { done: number; all: number } {
  let all = 0;
  let n = 0;
  const done = answered(coding);
  for (const every of sampledEvery(scheme)) {
    const count = countUntil(every, length);
    all += count;
    for (let number = 0; number < count; number += 1) if (done.has(name(every.way, number))) n += 1;
  }
  return { done: n, all };
}

/** What was coded within a sample. */
export function within(coding: Coding, sample: Sample): [string, CodedEvent][] {
  return [...coding.events].filter(([, event]) =>
    event.behaviour !== SAMPLED && event.sampled?.way === sample.way && event.sampled.number === sample.number);
}

/** Who is looked at one after the other in a scan: everybody who can show a state, of many as many as known. */
export function roster(scheme: Scheme, coding: Coding): { subject: string; number: number | null }[] {
  const shows = (id: string) => scheme.behaviours.some((one) => one.subjects.length === 0 || one.subjects.includes(id));
  return scheme.subjects.filter((one) => shows(one.id)).flatMap<{ subject: string; number: number | null }>((subject) => {
    if (!subject.many) return [{ subject: subject.id, number: null }];
    let most = 1;
    for (const event of coding.events.values()) {
      const number = Number(/^(.*)-(\d+)$/.exec(event.subject ?? "")?.[2] ?? 0);
      if (event.subject === `${subject.id}-${number}`) most = Math.max(most, number);
    }
    return Array.from({ length: most }, (_, at) => ({ subject: subject.id, number: at + 1 }));
  });
}

/** A key within a sample: notes the behaviour for the whole interval, or takes it back. */
export function answer(
  scheme: Scheme,
  coding: Coding,
  sample: Sample,
  behaviour: Behaviour,
  who: { subject: string | null; target: string | null },
  newId: () => string,
): { edits: Edit[]; about: string | null } {
  const sampled = { way: sample.way, number: sample.number };
  const there = within(coding, sample).filter(([, event]) => (event.subject ?? null) === who.subject);
  const same = there.find(([, event]) => event.behaviour === behaviour.id && (event.target ?? null) === who.target);
  if (same !== undefined) {
    return { edits: [{ of: "event", id: same[0], before: same[1], after: null }], about: null };
  }
  const set = scheme.sets.find((one) => one.id === behaviour.set && one.exclusive);
  const members = new Set(scheme.behaviours.filter((one) => set !== undefined && one.set === set.id).map((one) => one.id));
  // Within an interval several states of a set may happen one after the other; at a moment, and all the time, only
  // one holds. Whoever shows something can be seen.
  const excludes = (id: string) => id === NOT_CODABLE || (sample.way !== "interval" && members.has(id));
  const others = there.filter(([, event]) => excludes(event.behaviour));
  const edits: Edit[] = others.map(([id, before]) => ({ of: "event", id, before, after: null }));
  const id = newId();
  const after: CodedEvent = {
    behaviour: behaviour.id,
    ...(who.subject === null ? {} : { subject: who.subject }),
    ...(who.target === null ? {} : { target: who.target }),
    start: sample.start,
    stop: sample.stop,
    point: false,
    sampled,
  };
  edits.push({ of: "event", id, before: null, after });
  return { edits, about: id };
}

/** Somebody could not be seen in this sample, whatever was noted of them before; once more takes it back. */
export function toggleNotSeen(coding: Coding, sample: Sample, subject: string, newId: () => string): { edits: Edit[]; isSeen: boolean } {
  const there = within(coding, sample).filter(([, event]) => event.subject === subject);
  const noted = there.find(([, event]) => event.behaviour === NOT_CODABLE);
  const edits: Edit[] = (noted === undefined ? there : [noted]).map(([id, before]) => ({ of: "event", id, before, after: null }));
  if (noted === undefined) {
    const { way, number, start, stop } = sample;
    const after: CodedEvent = { behaviour: NOT_CODABLE, subject, start, stop, point: false, sampled: { way, number } };
    edits.push({ of: "event", id: newId(), before: null, after });
  }
  return { edits, isSeen: noted !== undefined };
}

/** Nobody could be seen in this sample: the stretch cannot be coded, and the sample has its answer. */
export function nobodySeen(coding: Coding, sample: Sample, newId: () => string): Edit[] {
  const taken: Edit[] = within(coding, sample).map(([id, before]) => ({ of: "event", id, before, after: null }));
  const after: CodedEvent = { behaviour: NOT_CODABLE, start: sample.start, stop: sample.stop, point: false };
  return [...taken, { of: "event", id: newId(), before: null, after }, ...close(coding, sample, newId)];
}

/** Notes that a sample was answered. */
export function close(coding: Coding, sample: Sample, newId: () => string): Edit[] {
  if (answered(coding).has(name(sample.way, sample.number))) return [];
  const after: CodedEvent = {
    behaviour: SAMPLED, start: sample.start, stop: sample.stop, point: false,
    sampled: { way: sample.way, number: sample.number },
  };
  return [{ of: "event", id: newId(), before: null, after }];
}
