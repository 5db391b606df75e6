// What keys do in the coding room, without a browser: states, switches, frames, undo.
import { expect, test } from "@playwright/test";

import { Coding } from "../src/coding-room/coding.js";
import { FrameTimes } from "../src/coding-room/frame_times.js";
import type { Behaviour, CodedEvent, Edit, Scheme } from "../src/coding-room/model.js";
import { press, type Pressed, type Who } from "../src/coding-room/press.js";
import { stepsOf } from "../src/coding-room/rating_form.js";
import { merge, moveEdge, nudge, type Reshaped, split } from "../src/coding-room/reshape.js";
import { boxesOf, clock, rowsOf } from "../src/coding-room/rows.js";

const plain = { definition: "", set: null, subjects: [], targets: [], modifiers: [] };
const state = (id: string, key: string, set: string): Behaviour =>
  ({ ...plain, id, label: id, key, kind: "state", point: false, set, subjects: ["infant"] });
const FACE = state("face", "f", "gaze");
const AWAY = state("away", "a", "gaze");
const SINGS: Behaviour = { ...state("sings", "s", "voice"), subjects: ["carer"] };
const SMILE: Behaviour = { ...plain, id: "smile", label: "smile", key: "m", kind: "point", point: true };
const SPEAKS: Behaviour =
  { ...plain, id: "speaks", label: "speaks", key: "t", kind: "act", point: false, subjects: ["carer"], targets: ["own-infant", "group"] };

const SCHEME: Scheme = {
  title: "room",
  sampling: [{ kind: "continuous" }],
  subjects: [
    { id: "infant", label: "Infant", kind: "infant", key: "1", many: true },
    { id: "carer", label: "Carer", kind: "carer", key: "2", many: false },
  ],
  sets: [
    { id: "gaze", label: "Gaze", exclusive: true, exhaustive: true },
    { id: "voice", label: "Voice", exclusive: false, exhaustive: false },
  ],
  behaviours: [FACE, AWAY, SINGS, SMILE, SPEAKS],
  ratings: [],
};

/** Frames that are not evenly spaced, as telephones write them: 33 ms, then 50 ms. */
const TIMES = Array.from({ length: 100 }, (_, k) => (k < 50 ? k * 33_333 : 50 * 33_333 + (k - 50) * 50_000));
const FRAMES = new FrameTimes(TIMES, TIMES[99]! + 50_000);

class Coder {
  coding = new Coding([], {}, []);
  who: Who = { subject: null, numbers: {} };
  private ids = 0;

  press(behaviour: Behaviour, frame: number, target: string | null = null): Pressed {
    const now = { scheme: SCHEME, coding: this.coding, frames: FRAMES, newId: () => `e${(this.ids += 1)}` };
    const pressed = press(now, behaviour, this.who, FRAMES.start(frame), target);
    if (pressed.does === "edit") this.coding.apply("do", pressed.edits);
    return pressed;
  }

  reshape(reshaped: Reshaped): string | null {
    if ("said" in reshaped) return reshaped.said;
    this.coding.apply("do", reshaped.edits);
    return null;
  }

  frames(): [string, number | undefined, number | undefined][] {
    return this.coding.inOrder().map(([, event]) => [event.behaviour, event.start_frame, event.stop_frame]);
  }
}

test("one key begins a state and ends it, on the frames that were shown", () => {
  const coder = new Coder();
  coder.press(FACE, 10);
  coder.press(FACE, 60);
  const [[, event]] = coder.coding.inOrder() as [[string, CodedEvent]];
  expect(event).toMatchObject({ subject: "infant-1", start: TIMES[10], stop: TIMES[60], start_frame: 10, stop_frame: 60 });
});

test("in an exclusive set the next key ends the state before, without a gap or an overlap", () => {
  const coder = new Coder();
  coder.press(FACE, 10);
  coder.press(AWAY, 20);
  coder.press(FACE, 30);
  expect(coder.frames()).toEqual([["face", 10, 20], ["away", 20, 30], ["face", 30, undefined]]);
});

test("two infants are in states of their own", () => {
  const coder = new Coder();
  coder.press(FACE, 10);
  coder.who.numbers["infant"] = 2;
  coder.press(AWAY, 20);
  expect(coder.coding.open().map(([, event]) => event.subject)).toEqual(["infant-1", "infant-2"]);
});

test("coding again over what was coded cuts it and takes over the rest", () => {
  const coder = new Coder();
  coder.press(FACE, 10);
  coder.press(FACE, 50);
  coder.press(AWAY, 30);
  expect(coder.frames()).toEqual([["face", 10, 30], ["away", 30, 50]]);
});

test("a bout never ends before it begins", () => {
  const coder = new Coder();
  coder.press(FACE, 40);
  expect(coder.press(FACE, 40).does).toBe("say");
  expect(coder.press(FACE, 39).does).toBe("say");
});

test("whoever can show it alone need not be chosen, otherwise the coder is asked", () => {
  const coder = new Coder();
  expect(coder.press(SINGS, 5).does).toBe("edit");
  expect(coder.press(SMILE, 5)).toMatchObject({ does: "say" });
  coder.who.subject = "carer";
  expect(coder.press(SMILE, 5).does).toBe("edit");
});

test("an act asks to whom, and keeps the time of its key", () => {
  const coder = new Coder();
  expect(coder.press(SPEAKS, 12)).toMatchObject({ does: "ask-target", time: TIMES[12] });
  coder.press(SPEAKS, 12, "group");
  coder.press(SPEAKS, 20);
  expect(coder.coding.inOrder()[0]?.[1]).toMatchObject({ target: "group", start: TIMES[12], stop: TIMES[20] });
});

test("undo and redo go all the way, also after the coding was loaded again", () => {
  const coder = new Coder();
  const changes: { version: number; doing: "do" | "undo"; edits: Edit[] }[] = [];
  for (let frame = 1; frame < 90; frame += 3) coder.press(frame % 2 ? FACE : AWAY, frame);
  const all = JSON.stringify([...coder.coding.events]);
  const stack: Edit[][] = [];
  for (let edits = coder.coding.undo(); edits !== null; edits = coder.coding.undo()) {
    stack.push(edits);
    coder.coding.apply("undo", edits);
  }
  expect(coder.coding.events.size).toBe(0);
  for (let edits = coder.coding.redo(); edits !== null; edits = coder.coding.redo()) coder.coding.apply("redo", edits);
  expect(JSON.stringify([...coder.coding.events].sort())).toBe(JSON.stringify(JSON.parse(all).sort()));
  stack.reverse().forEach((edits, at) =>
    changes.push({ version: at + 1, doing: "do", edits: [...edits].reverse().map((e) => ({ ...e, before: e.after, after: e.before }) as Edit) }));
  const again = new Coding(coder.coding.events, {}, changes);
  let n = 0;
  for (let edits = again.undo(); edits !== null; edits = again.undo(), n += 1) again.apply("undo", edits);
  expect([n, again.events.size]).toEqual([stack.length, 0]);
});

test("edges move, nudge, cut and join on whole frames", () => {
  const coder = new Coder();
  coder.press(FACE, 10);
  coder.press(FACE, 60);
  const id = coder.coding.inOrder()[0]![0];
  expect(coder.reshape(nudge(coder.coding, FRAMES, id, "stop", 1))).toBeNull();
  expect(coder.frames()).toEqual([["face", 10, 61]]);
  expect(coder.reshape(moveEdge(coder.coding, FRAMES, id, "start", TIMES[61]!))).toContain("before it ends");
  expect(coder.reshape(split(coder.coding, FRAMES, id, TIMES[30]!, "second"))).toBeNull();
  expect(coder.frames()).toEqual([["face", 10, 30], ["face", 30, 61]]);
  expect(coder.reshape(merge(coder.coding, id))).toBeNull();
  expect(coder.frames()).toEqual([["face", 10, 61]]);
  expect(coder.reshape(split(coder.coding, FRAMES, id, TIMES[70]!, "third"))).toContain("within the bout");
});

test("each frame is found again from its middle, its begin, and the browser's rounded name of it", () => {
  for (let frame = 0; frame < FRAMES.count; frame += 1) {
    expect(FRAMES.at(Math.round(FRAMES.middle(frame) * 1e6))).toBe(frame);
    expect(FRAMES.at(FRAMES.start(frame))).toBe(frame);
    expect(FRAMES.named(Math.fround(FRAMES.start(frame) / 1e6))).toBe(frame);
    expect(FRAMES.named((FRAMES.start(frame) - 1) / 1e6)).toBe(frame);
  }
});

test("frame times are read as the server stores them", () => {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigInt64(0, 0n, true);
  bytes.setBigInt64(8, 7_200_000_001n, true);
  expect(FrameTimes.read(bytes.buffer as ArrayBuffer, 7_200_033_334).times).toEqual([0, 7_200_000_001]);
});

test("of five thousand events only what is in view is drawn, and one for a pixel", () => {
  const events: [string, CodedEvent][] = Array.from({ length: 5000 }, (_, n) => [
    `e${n}`,
    { behaviour: "face", subject: "infant-1", start: n * 1_440_000, stop: n * 1_440_000 + 700_000, point: false },
  ]);
  const coding = new Coding(events, {}, []);
  const [row] = rowsOf(SCHEME, coding);
  const all = boxesOf(row!, { start: 0, stop: 7_200_000_000, width: 1000 }, 0);
  expect(all.length).toBeLessThanOrEqual(1001);
  const part = boxesOf(row!, { start: 3_600_000_000, stop: 3_660_000_000, width: 1000 }, 0);
  expect(part.length).toBeGreaterThan(40);
  expect(part.length).toBeLessThan(45);
});

test("times are cut, never rounded up to the next minute; scales have all their steps", () => {
  expect(clock(59_999_999)).toBe("00:59.999");
  expect(clock(3_600_000_000)).toBe("1:00:00.000");
  expect(clock(61_000_000, 0)).toBe("01:01");
  const scale = { id: "w", label: "w", definition: "", minimum: 1, maximum: 3, step: 0.5, anchors: [], may_be_not_codable: false };
  expect(stepsOf(scale)).toEqual([1, 1.5, 2, 2.5, 3]);
});
