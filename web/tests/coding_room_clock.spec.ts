// The clock of a session, samples of time, and two codings side by side, without a browser.
import { expect, test } from "@playwright/test";

import { Coding } from "../src/coding-room/coding.js";
import { around, type Difference, next } from "../src/coding-room/comparison.js";
import { FrameTimes } from "../src/coding-room/frame_times.js";
import { LiveClock, steady } from "../src/coding-room/live_clock.js";
import type { Behaviour, CodedEvent, Edit, Scheme } from "../src/coding-room/model.js";
import { Ticks } from "../src/coding-room/player.js";
import { press } from "../src/coding-room/press.js";
import { rowsOf, sideBySide } from "../src/coding-room/rows.js";
import { answer, answered, close, due, firstOpen, isContinuous, nobodySeen, progress, roster, toggleNotSeen, within } from "../src/coding-room/sampling.js";

const plain = { definition: "", targets: [], modifiers: [] };
const state = (id: string): Behaviour => ({ ...plain, id, label: id, key: id[0] ?? null, kind: "state", point: false, set: "place", subjects: ["infant"] });
const NEAR = state("near");
const AWAY = state("away");
const CLAP: Behaviour = { ...plain, id: "clap", label: "clap", key: "c", kind: "point", point: true, set: null, subjects: ["carer"] };
const SCHEME: Scheme = {
  title: "scan",
  sampling: [{ kind: "continuous" }, { kind: "scan", seconds: 10 }],
  subjects: [{ id: "infant", label: "Infant", kind: "infant", key: "1", many: true }, { id: "carer", label: "Carer", kind: "carer", key: "2", many: false }],
  sets: [{ id: "place", label: "Place", exclusive: true, exhaustive: true }],
  behaviours: [NEAR, AWAY, CLAP],
  ratings: [],
};
const S = 1_000_000;

function ids(): () => string {
  let n = 0;
  return () => `id-${(n += 1)}`;
}

class Session {
  coding = new Coding([], {}, []);
  milliseconds = Date.parse("2026-03-02T10:00:00Z");
  clock = this.open();

  open(): LiveClock {
    return new LiveClock(this.coding, (edits) => this.coding.apply("do", edits), () => {}, true, ids(), () => this.milliseconds);
  }

  wait(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }

  all(): [string, number, number | null][] {
    return this.coding.inOrder().map(([, event]) => [event.behaviour, event.start, event.stop]);
  }
}

test("the clock goes on through a pause, which is not codable, and through a page that was closed", () => {
  const session = new Session();
  expect([session.clock.begun, session.clock.time]).toEqual([false, 0]);
  session.clock.toggle();
  session.wait(5);
  expect([session.clock.playing, session.clock.time]).toEqual([true, 5 * S]);
  session.clock.toggle();
  session.wait(3);
  expect([session.clock.paused, session.clock.time]).toEqual([true, 8 * S]);
  session.clock.toggle();
  session.wait(2);
  const again = session.open();
  expect([again.playing, again.time]).toEqual([true, 10 * S]);
  again.end();
  expect(session.all()).toEqual([["observed", 0, 10 * S], ["not-codable", 5 * S, 8 * S]]);
  session.wait(60);
  expect([again.running, again.frames.end]).toEqual([false, 10 * S]);
  again.goTo(4 * S);
  expect(again.time).toBe(4 * S);
});

test("a machine that slept, with its counter, goes on at the time of day; a small difference changes nothing", () => {
  let [counter, timeOfDay] = [5_000, 5_000];
  const now = steady(() => counter, () => timeOfDay);
  const pass = (milliseconds: number) => {
    counter += milliseconds;
    timeOfDay += milliseconds;
  };
  pass(1000);
  expect(now()).toBe(6_000);
  timeOfDay += 90_000;
  expect(now()).toBe(96_000);
  pass(500);
  expect(now()).toBe(96_500);
  timeOfDay -= 400;
  expect(now()).toBe(96_500);
});

test("an event of a session has a time and no frame, and what has not ended ends with the session", () => {
  const session = new Session();
  session.clock.toggle();
  session.wait(1.5);
  const now = { scheme: SCHEME, coding: session.coding, frames: session.clock.frames, newId: () => "near-1" };
  const pressed = press(now, NEAR, { subject: "infant", numbers: { infant: 2 } }, session.clock.time, null);
  if (pressed.does !== "edit") throw new Error(pressed.does);
  session.coding.apply("do", pressed.edits);
  session.wait(2);
  session.clock.end();
  const near = [...session.coding.events.values()].find((event) => event.behaviour === "near");
  expect(near).toEqual({ behaviour: "near", subject: "infant-2", start: 1.5 * S, stop: 3.5 * S, point: false });
});

test("ticks are hundredths of a second and grow with the clock", () => {
  let last = 0;
  const ticks = new Ticks(() => last);
  expect(ticks.snap(123_456)).toBe(120_000);
  last = 2 * S;
  expect([ticks.end, ticks.count]).toEqual([2 * S, 201]);
});

test("a recording that is laid under a session keeps the session's times", () => {
  const buffer = new BigInt64Array([0n, 40_000n, 80_000n]).buffer;
  const frames = FrameTimes.read(buffer, 120_000, { offset: 5 * S, drift: 0 });
  expect([frames.start(1), frames.end, frames.at(5_050_000)]).toEqual([5_040_000, 5_120_000, 1]);
  // What the browser is told and tells are seconds of the recording itself.
  expect([frames.middle(1), frames.named(0.04)]).toEqual([0.06, 1]);
});

test("a sample comes due when its interval ends, once, and covers the interval", () => {
  const coding = new Coding([], {}, []);
  expect(due(SCHEME, coding, 0, 9.9 * S)).toBeNull();
  const first = due(SCHEME, coding, 9.9 * S, 10 * S);
  expect(first).toEqual({ way: "scan", number: 0, start: 0, stop: 10 * S });
  coding.apply("do", close(coding, first!, ids()));
  expect(due(SCHEME, coding, 9.9 * S, 10 * S)).toBeNull();
  expect(firstOpen(SCHEME, coding, 35 * S)?.number).toBe(1);
  expect(progress(SCHEME, coding, 35 * S)).toEqual({ done: 1, all: 3 });
});

test("at a moment one state of an exclusive set holds; the same key takes it back", () => {
  const coding = new Coding([], {}, []);
  const sample = { way: "scan", number: 2, start: 20 * S, stop: 30 * S } as const;
  const newId = ids();
  const answers = (behaviour: Behaviour) => {
    coding.apply("do", answer(SCHEME, coding, sample, behaviour, { subject: "infant-1", target: null }, newId).edits);
    return within(coding, sample).map(([, event]) => event.behaviour);
  };
  expect(answers(NEAR)).toEqual(["near"]);
  expect(answers(AWAY)).toEqual(["away"]);
  const event = within(coding, sample)[0]?.[1];
  expect([event?.start, event?.stop, event?.point, event?.sampled]).toEqual([20 * S, 30 * S, false, { way: "scan", number: 2 }]);
  expect(answers(AWAY)).toEqual([]);
  // Within an interval both may have happened.
  const interval = { ...sample, way: "interval" } as const;
  for (const one of [NEAR, AWAY]) coding.apply("do", answer(SCHEME, coding, interval, one, { subject: "infant-1", target: null }, newId).edits);
  expect(within(coding, interval).length).toBe(2);
});

test("whoever cannot be seen in a sample is noted so in place of what was noted before, and is seen again when something is", () => {
  const coding = new Coding([], {}, []);
  const sample = { way: "interval", number: 0, start: 0, stop: 10 * S } as const;
  const newId = ids();
  const shows = (subject: string) => coding.apply("do", answer(SCHEME, coding, sample, NEAR, { subject, target: null }, newId).edits);
  const there = () => within(coding, sample).map(([, event]) => `${event.subject} ${event.behaviour}`).sort();
  const hide = () => {
    const { edits, isSeen } = toggleNotSeen(coding, sample, "infant-1", newId);
    coding.apply("do", edits);
    return isSeen;
  };
  shows("infant-1");
  shows("infant-2");
  expect(hide()).toBe(false);
  expect(there()).toEqual(["infant-1 not-codable", "infant-2 near"]);
  shows("infant-1");
  expect(there()).toEqual(["infant-1 near", "infant-2 near"]);
  hide();
  expect(hide()).toBe(true);
  expect(there()).toEqual(["infant-2 near"]);
  coding.apply("do", nobodySeen(coding, sample, newId));
  expect(there()).toEqual([]);
  expect(answered(coding)).toEqual(new Set(["interval 0"]));
  const [gone] = [...coding.events.values()].filter((event) => event.behaviour === "not-codable");
  expect([gone?.start, gone?.stop, gone?.subject, gone?.sampled]).toEqual([0, 10 * S, undefined, undefined]);
});

test("all the time one state of an exclusive set holds, too", () => {
  const coding = new Coding([], {}, []);
  const sample = { way: "whole-interval", number: 0, start: 0, stop: 10 * S } as const;
  const newId = ids();
  for (const one of [NEAR, AWAY]) coding.apply("do", answer(SCHEME, coding, sample, one, { subject: "infant-1", target: null }, newId).edits);
  expect(within(coding, sample).map(([, event]) => event.behaviour)).toEqual(["away"]);
});

test("a scan looks at everybody who was coded so far, and a scheme may sample only", () => {
  const event: CodedEvent = { behaviour: "near", subject: "infant-3", start: 0, stop: null, point: false };
  const coding = new Coding([["a", event]], {}, []);
  expect(roster(SCHEME, coding).map((one) => `${one.subject} ${one.number ?? ""}`)).toEqual(["infant 1", "infant 2", "infant 3", "carer "]);
  expect(isContinuous(SCHEME)).toBe(true);
  expect(isContinuous({ ...SCHEME, sampling: [{ kind: "momentary", seconds: 5 }] })).toBe(false);
});

test("two codings stand row under row, and differences are gone through in order", () => {
  const bout = (start: number): CodedEvent => ({ behaviour: "near", subject: "infant-1", start, stop: start + S, point: false });
  const clap: CodedEvent = { behaviour: "clap", subject: "carer", start: 3, stop: null, point: true };
  const [first, second] = [new Coding([["a", bout(0)]], {}, []), new Coding([["b", bout(5)], ["c", clap]], {}, [])];
  const rows = sideBySide(SCHEME, first, second, "Ben");
  expect(rows.map((row) => [row.label, row.second ?? false, row.events.length])).toEqual([
    ["Infant 1: Place", false, 1], ["Ben", true, 1],
    ["Carer: clap", false, 0], ["Ben", true, 1],
  ]);
  expect(rowsOf(SCHEME, first).length).toBe(1);
  const one = (start: number): Difference => ({ subject: "infant-1", start, stop: start + S, first: "near", second: "away" });
  const list = [one(9 * S), one(2 * S)];
  expect([next(list, 0, 1)?.start, next(list, 2 * S, 1)?.start, next(list, 9 * S, 1)?.start, next(list, 9 * S, -1)?.start])
    .toEqual([2 * S, 9 * S, 2 * S, 2 * S]);
  expect(around(one(500_000), 2 * S)).toEqual({ start: 0, stop: 2 * S });
});
