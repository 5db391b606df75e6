// How changes reach the server, without a browser: the queue, what is kept, what is made again on what the
// server has, and answers that break off.
import { expect, test } from "@playwright/test";

import { Coding, inverse } from "../src/coding-room/coding.js";
import { makeAgain } from "../src/coding-room/conflict.js";
import { KeptChanges, type Shelf } from "../src/coding-room/kept_changes.js";
import type { Change, CodedEvent, Doing, Edit } from "../src/coding-room/model.js";
import { poster } from "../src/coding-room/posting.js";
import { type Answered, Queue, type Told, type Waiting } from "../src/coding-room/queue.js";

const clap = (start: number): CodedEvent => ({ behaviour: "clap", subject: "carer", start, stop: null, point: true });
const makes = (id: string, start: number): Edit => ({ of: "event", id, before: null, after: clap(start) });
const moves = (id: string, from: number, to: number): Edit => ({ of: "event", id, before: clap(from), after: clap(to) });
const waits = (key: string, doing: Doing, ...edits: Edit[]): Waiting => ({ key, doing, edits });
const starts = (coding: Coding) => coding.inOrder().map(([id, event]) => `${id} ${event.start}`);

test("the queue sends one after the other and again when the server cannot be reached", async () => {
  const posted: string[] = [];
  const answers: Answered[] = [{ is: "later", why: "away" }, { is: "saved", version: 1 }, { is: "saved", version: 2 }];
  const told: Told[] = [];
  await new Promise<void>((done) => {
    const queue = new Queue(0, async ({ key, base }) => {
      posted.push(`${key} on ${base}`);
      return answers.shift()!;
    }, (one) => {
      told.push(one);
      if (answers.length === 0 && one.waiting === 0) done();
    }, () => {}, async () => {});
    queue.add(waits("a", "do"));
    queue.add(waits("b", "do"));
  });
  expect(posted).toEqual(["a on 0", "a on 0", "b on 1"]);
  expect(told.some((one) => one.why === "away" && one.waiting === 2)).toBe(true);
});

test("a refusal stops the queue; what waits is handed back with what was coded since", async () => {
  const posted: string[] = [];
  const told: Told[] = [];
  let queue!: Queue;
  await new Promise<void>((refused) => {
    queue = new Queue(3, async ({ key, base }) => {
      posted.push(`${key} on ${base}`);
      return base === 3 ? { is: "refused", why: "changed meanwhile" } : { is: "saved", version: base + 1 };
    }, (one) => told.push(one), () => refused());
    queue.add(waits("a", "do"));
    queue.add(waits("b", "do"));
  });
  // The coding is being loaded again while somebody goes on coding, and that takes longer than hoped for.
  queue.because("away");
  queue.add(waits("c", "do"));
  expect(told.at(-1)).toEqual({ waiting: 3, why: "away" });
  expect(posted).toEqual(["a on 3"]);
  expect(queue.restart(7).map((one) => one.key)).toEqual(["a", "b", "c"]);
  expect(queue.length).toBe(0);
  queue.add(waits("d", "do"));
  await expect.poll(() => posted).toEqual(["a on 3", "d on 7"]);
});

test("a queue that is halted waits for the answer that is on its way, and goes on with what was put first", async () => {
  const posted: string[] = [];
  let answer!: (answered: Answered) => void;
  const queue = new Queue(0, ({ key, base }) => {
    posted.push(`${key} on ${base}`);
    return new Promise((resolve) => (answer = resolve));
  }, () => {}, () => {});
  queue.add(waits("a", "do"));
  queue.add(waits("b", "do"));
  let isHalted = false;
  const halted = queue.halt().then(() => (isHalted = true));
  await Promise.resolve();
  expect(isHalted).toBe(false);
  answer({ is: "saved", version: 1 });
  await halted;
  expect(posted).toEqual(["a on 0"]);
  queue.putFirst([waits("left", "do")]);
  queue.resume();
  expect(posted).toEqual(["a on 0", "left on 1"]);
  // What is on its way stays first.
  queue.putFirst([waits("later", "do")]);
  answer({ is: "saved", version: 2 });
  await expect.poll(() => posted).toEqual(["a on 0", "left on 1", "later on 2"]);
});

class Memory implements Shelf {
  readonly all = new Map<string, string>();
  /** What was there after each writing. */
  readonly seen: number[] = [];
  async get(name: string): Promise<string | null> {
    return this.all.get(name) ?? null;
  }
  async put(name: string, text: string): Promise<void> {
    this.all.set(name, text);
    this.seen.push((JSON.parse(text) as unknown[]).length);
  }
  async remove(name: string): Promise<void> {
    this.all.delete(name);
    this.seen.push(0);
  }
}

const left = (shelf: Shelf) => new KeptChanges("/studies/s/coding/1").takeUp(shelf);

test("what waits for the server is kept until it has answered, and sent again by the next page", async () => {
  const shelf = new Memory();
  const kept = new KeptChanges("/studies/s/coding/1");
  expect(kept.isSafe).toBe(false);
  await kept.takeUp(shelf);
  expect(kept.isSafe).toBe(true);
  let away = true;
  let goOn = () => {};
  const sent: number[] = [];
  const post = async (change: { base: number }) => {
    if (away) return { is: "later", why: "away" } as const;
    sent.push(change.base);
    return { is: "saved", version: change.base + 1 } as const;
  };
  const queue = new Queue(0, post, () => {}, () => {}, () => new Promise((resolve) => (goOn = resolve)), kept);
  queue.add(waits("k", "do", makes("a", 5)));
  await expect.poll(async () => (await left(shelf)).length).toBe(1);
  const kepts = await left(shelf);
  // Another page, after the browser was killed: the server does not have it.
  const fresh = new Coding([], {}, []);
  expect(makeAgain(fresh, kepts).again.map((one) => one.key)).toEqual(["k"]);
  expect(fresh.events.get("a")).toEqual(clap(5));
  // The server had it, and only the answer was lost.
  expect(makeAgain(new Coding([["a", clap(5)]], {}, []), kepts)).toEqual({ again: [], lost: [] });
  // Somebody else was there.
  expect(makeAgain(new Coding([["a", clap(9)]], {}, []), kepts).lost.length).toBe(1);
  away = false;
  goOn();
  await expect.poll(() => sent).toEqual([0]);
  await expect.poll(() => left(shelf)).toEqual([]);
});

test("what is taken from the queue and put back at once is never gone from the shelf", async () => {
  const shelf = new Memory();
  const kept = new KeptChanges("/studies/s/coding/1");
  await kept.takeUp(shelf);
  const queue = new Queue(0, () => new Promise(() => {}), () => {}, () => {}, undefined, kept);
  for (const key of ["a", "b", "c"]) queue.add(waits(key, "do"));
  await expect.poll(() => shelf.seen.at(-1)).toBe(3);
  shelf.seen.length = 0;
  for (const change of queue.restart(4)) queue.add(change);
  await expect.poll(() => shelf.seen.at(-1)).toBe(3);
  expect(shelf.seen).not.toContain(0);
});

test("a shelf that takes nothing is said, and one whose turn comes later gets what waits by then", async () => {
  const kept = new KeptChanges("/studies/s/coding/1");
  kept.write([waits("a", "do")]);
  expect(kept.isSafe).toBe(false);
  const shelf = new Memory();
  expect(await kept.takeUp(shelf)).toEqual([]);
  await expect.poll(async () => (await left(shelf)).map((one) => one.key)).toEqual(["a"]);
  shelf.put = () => Promise.reject(new Error("full"));
  kept.write([waits("a", "do"), waits("b", "do")]);
  await expect.poll(() => kept.isSafe).toBe(false);
});

test("undo and redo of what was refused are made again, too, and count as such where they are next in turn", () => {
  const coding = new Coding([], {}, []);
  const made = makes("a", 5);
  const other = makes("b", 7);
  const undone = waits("2", "undo", ...inverse([made]));
  expect(makeAgain(coding, [waits("1", "do", made), undone, waits("3", "redo", made), waits("4", "do", other)]).again.map((one) => one.doing))
    .toEqual(["do", "undo", "redo", "do"]);
  expect(starts(coding)).toEqual(["a 5", "b 7"]);
  expect(coding.undo()).toEqual(inverse([other]));
});

test("undo of something that is no longer next in turn is a change of its own: nobody else's is taken back", () => {
  const before: Change[] = [
    { version: 1, doing: "do", edits: [makes("a", 5)] },
    { version: 2, doing: "do", edits: [makes("theirs", 9)] },
  ];
  const coding = new Coding([["a", clap(5)], ["theirs", clap(9)]], {}, before);
  const { again, lost } = makeAgain(coding, [waits("1", "undo", ...inverse([makes("a", 5)]))]);
  expect([again.map((one) => one.doing), lost]).toEqual([["do"], []]);
  expect(starts(coding)).toEqual(["theirs 9"]);
  // Undo now takes back the deletion, then what the other page did.
  coding.apply("undo", coding.undo()!);
  expect(starts(coding)).toEqual(["a 5", "theirs 9"]);
});

test("what cannot be made again is listed, and what is there already is not", () => {
  const coding = new Coding([["a", clap(6)], ["gone", clap(1)]], {}, []);
  const { again, lost } = makeAgain(coding, [
    waits("moved elsewhere", "do", moves("a", 5, 8)),
    waits("same", "do", moves("gone", 0, 1)),
    waits("new", "do", makes("c", 3)),
    waits("rated", "do", { of: "rating", id: "warmth", before: null, after: { rated: 3 } }),
  ]);
  expect([again, lost].map((some) => some.map((one) => one.key))).toEqual([["new", "rated"], ["moved elsewhere"]]);
});

test("a session that two pages began has one begin, and codes of the second clock lie on the first", () => {
  const begin = (id: string, second: number): Edit =>
    ({ of: "event", id, before: null, after: { behaviour: "observed", start: 0, stop: null, point: false, comment: `2026-03-02T10:00:0${second}.000Z` } });
  const first = begin("first", 1);
  const coding = new Coding([["first", first.after as CodedEvent]], {}, []);
  const { again, lost } = makeAgain(coding, [waits("1", "do", begin("second", 4)), waits("2", "do", makes("a", 2_000_000))]);
  expect([again.map((one) => one.key), lost]).toEqual([["2"], []]);
  expect(starts(coding)).toEqual(["first 0", "a 5000000"]);
});

/** Answers every request with what `answer` gives; returns what was asked for. */
async function answering(answer: () => Response, act: () => Promise<void>): Promise<RequestInit[]> {
  const [asked, real] = [[] as RequestInit[], globalThis.fetch];
  globalThis.fetch = async (_, how) => {
    asked.push(how ?? {});
    return answer();
  };
  try {
    await act();
  } finally {
    globalThis.fetch = real;
  }
  return asked;
}

test("an answer that breaks off, or is not the server's, is asked for again", async () => {
  const post = poster("/changes");
  const answers = [new Response("<p>Welcome to the clinic's network</p>"), new Response('{"vers'), new Response("{}"), Response.json({ version: 4 })];
  const told: Answered[] = [];
  await answering(() => answers.shift()!, async () => {
    for (let n = 0; n < 4; n += 1) told.push(await post({ key: "k", doing: "do", edits: [], base: 3 }));
  });
  expect(told.map((one) => one.is)).toEqual(["later", "later", "later", "saved"]);
});

test("nobody signed in, somebody else signed in, a server that cannot write: all of it waits; only what a change says is refused", async () => {
  const told: string[] = [];
  for (const status of [401, 403, 404, 408, 429, 500, 503, 409, 422]) {
    await answering(() => Response.json({ happened: "no" }, { status }), async () => {
      told.push(`${status} ${(await poster("/changes")({ key: "k", doing: "do", edits: [], base: 3 })).is}`);
    });
  }
  expect(told).toEqual(["401 later", "403 later", "404 later", "408 later", "429 later", "500 later", "503 later", "409 refused", "422 refused"]);
});

test("a change outlasts its page where the browser takes that: bytes count, and what was not taken is sent without", async () => {
  const comment = (sign: string, n: number): Edit => ({ of: "event", id: "a", before: null, after: { ...clap(1), comment: sign.repeat(n) } });
  const lasting = async (edit: Edit) => {
    const [asked] = await answering(() => Response.json({ version: 1 }), async () => void (await poster("/changes")({ key: "k", doing: "do", edits: [edit], base: 0 })));
    return asked?.keepalive;
  };
  expect(await lasting(comment("a", 40_000))).toBe(true);
  expect(await lasting(comment("ж", 40_000)), "80,000 bytes").toBe(false);
  const post = poster("/changes");
  const asked = await answering(() => {
    throw new TypeError("too much at once");
  }, async () => {
    for (let n = 0; n < 3; n += 1) await post({ key: "k", doing: "do", edits: [], base: 0 });
  });
  expect(asked.map((one) => one.keepalive)).toEqual([true, false, true]);
});
