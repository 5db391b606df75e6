// Who is coded and to whom an act goes, without a browser: digits after a subject and after an act, and
// people who are noted as being there.
import { expect, test } from "@playwright/test";

import { Coding } from "../src/coding-room/coding.js";
import { FrameTimes } from "../src/coding-room/frame_times.js";
import type { Behaviour, CodedEvent, Edit, Scheme } from "../src/coding-room/model.js";
import { Peers } from "../src/coding-room/peers.js";
import { press, type Who } from "../src/coding-room/press.js";
import { toggleNotCodable, togglePresent } from "../src/coding-room/stretches.js";
import { wordsOf } from "../src/coding-room/words.js";

const SPEAKS: Behaviour = {
  id: "speaks", label: "Speaks to", definition: "", key: "w", kind: "act", point: true, set: null,
  subjects: ["carer", "staff"], targets: ["own-infant", "other-infant", "other-parent", "staff", "group"], modifiers: [],
};
const SCHEME: Scheme = {
  title: "room", sampling: [{ kind: "continuous" }], sets: [], ratings: [], behaviours: [SPEAKS],
  subjects: [
    { id: "carer", label: "Carer", kind: "carer", key: "c", many: true },
    { id: "infant", label: "Infant", kind: "infant", key: "i", many: true },
    { id: "staff", label: "Staff", kind: "staff-member", key: "s", many: false },
  ],
};
const FRAMES = new FrameTimes(Array.from({ length: 100 }, (_, k) => k * 40_000), 4_000_000);

class Room {
  coding = new Coding([], {}, []);
  who: Who = { subject: null, numbers: {} };
  peers = new Peers(SCHEME, this.who);
  private ids = 0;

  now() {
    return { scheme: SCHEME, coding: this.coding, frames: FRAMES, newId: () => `e${(this.ids += 1)}` };
  }

  change = (edits: Edit[]) => this.coding.apply("do", edits);

  /** The act of whoever is chosen; what is asked then. */
  speaks(target: string): string {
    const pressed = press(this.now(), SPEAKS, this.who, 400_000, target);
    if (pressed.does !== "edit") throw new Error("not coded");
    this.change(pressed.edits);
    return this.peers.askWhich(pressed.about, this.coding.events.get(pressed.about) as CodedEvent);
  }

  digit(key: string): string | null {
    const answered = this.peers.number(key, this.coding);
    if (answered !== null && answered.edits.length > 0) this.change(answered.edits);
    return answered?.said ?? null;
  }

  last(): CodedEvent {
    return [...this.coding.events.values()].at(-1) as CodedEvent;
  }
}

test("an act to another infant is saved at once, and the next digit says which one", () => {
  const room = new Room();
  room.peers.choose(SCHEME.subjects[0]!);
  expect(room.digit("2")).toBe("Who: Carer 2");
  expect(room.speaks("other-infant")).toContain("1 to 9");
  expect(room.last().target).toBe("other-infant");
  expect(room.digit("3")).toBe("To Infant 3");
  expect(room.last().target).toBe("infant-3");
  expect(wordsOf(SCHEME, room.last())).toContain("Carer 2: Speaks to Infant 3");
  expect(room.digit("4"), "the digit was for that act alone").toBeNull();
  expect(room.coding.undo()).not.toBeNull();
});

test("nobody's own infant is another one, and one of one needs no digit", () => {
  const room = new Room();
  room.peers.choose(SCHEME.subjects[0]!);
  room.digit("2");
  room.speaks("other-infant");
  expect(room.digit("2")).toContain("their own");
  expect(room.last().target).toBe("other-infant");
  room.digit("1");
  expect(room.last().target).toBe("infant-1");
  for (const target of ["own-infant", "staff", "group"]) expect(room.speaks(target)).toBe("");
});

test("any other key leaves the act to somebody without a name", () => {
  const room = new Room();
  room.peers.choose(SCHEME.subjects[0]!);
  room.speaks("other-parent");
  room.peers.forget();
  expect(room.digit("3")).toBeNull();
  expect(room.last().target).toBe("other-parent");
});

test("whoever is chosen is noted as being there, and a second time no more", () => {
  const room = new Room();
  expect(togglePresent(room.now(), room.who, 0, room.change)).toContain("First press");
  room.peers.choose(SCHEME.subjects[1]!);
  room.digit("4");
  expect(togglePresent(room.now(), room.who, 0, room.change)).toBe("Infant 4 is there");
  expect(wordsOf(SCHEME, room.last())).toContain("Infant 4: is there");
  togglePresent(room.now(), room.who, 80_000, room.change);
  expect(room.coding.events.size).toBe(0);
});

test("a stretch that cannot be coded begins and ends with the same key", () => {
  const room = new Room();
  toggleNotCodable(room.now(), 400_000, room.change);
  expect(room.coding.open().length).toBe(1);
  expect(toggleNotCodable(room.now(), 400_000, room.change)).toContain("go on before it ends");
  toggleNotCodable(room.now(), 800_000, room.change);
  expect([room.last().start_frame, room.last().stop_frame]).toEqual([10, 20]);
});
