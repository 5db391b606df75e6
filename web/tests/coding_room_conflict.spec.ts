// Two pages on one coding, answers that are held back, get lost or break off, people who sign out and others who
// sign in: whatever was coded is saved or told, and nothing is taken for somebody else's. In a real Chromium.
import { type Browser, expect, type Page, test } from "@playwright/test";

import { held, keptChanges, PROGRAM, RoomServer, saved, showFrame, type StoredEvent, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial", timeout: 90_000 });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

/** Opens the first coding's room, emptied by the server's own rules, at its first frame. */
async function open(page: Page): Promise<void> {
  await server.signIn(page, "coder");
  const { version, events, ratings } = await server.stored(page, server.made.coding);
  const edits = [
    ...events.map(([id, before]) => ({ of: "event", id, before, after: null })),
    ...Object.entries(ratings).map(([id, before]) => ({ of: "rating", id, before, after: null })),
  ];
  if (edits.length > 0) await elsewhere(page, version, edits);
  await server.open(page, server.made.coding);
  await page.keyboard.press("2");
}

/** A change that another machine of the same person makes. */
async function elsewhere(page: Page, base: number, edits: unknown[]): Promise<void> {
  const answer = await page.request.post(server.study(`/coding/${server.made.coding}/changes`), {
    headers: { origin: server.origin, "content-type": "application/json" },
    data: { key: crypto.randomUUID(), base, doing: "do", edits },
  });
  expect(answer.status()).toBe(200);
}

/** Somebody else smiles, so that the next change of the page is refused. */
async function others(page: Page): Promise<void> {
  const { version } = await server.stored(page, server.made.coding);
  const after = { behaviour: "smile", subject: "infant-1", start: 0, stop: null, point: true, start_frame: 0 };
  await elsewhere(page, version, [{ of: "event", id: crypto.randomUUID(), before: null, after }]);
}

/** What the carer did, by the server. */
async function carer(page: Page): Promise<[string, number | undefined, number | undefined][]> {
  await saved(page);
  const { events } = await server.stored(page, server.made.coding);
  const its = events.map(([, event]) => event).filter((event: StoredEvent) => event.subject === "carer");
  return its.map((event) => [event.behaviour, event.start_frame, event.stop_frame]);
}

const frames = async (page: Page) => (await carer(page)).map(([, frame]) => frame);
const smileAt = async (page: Page, frame: number) => {
  await showFrame(page, frame, "ArrowRight");
  await page.keyboard.press("m");
};

test("undo and redo while a change is refused end where the keys ended, and undo goes on from there", async ({ page }) => {
  await open(page);
  await smileAt(page, 1);
  await saved(page);
  await others(page);
  const [changes, loading] = [await held(page, "**/changes"), await held(page, "**/data")];
  await smileAt(page, 2);
  await changes.asked;
  await page.keyboard.press("Control+z");
  changes.goOn();
  await loading.asked;
  await page.keyboard.press("Control+y");
  await smileAt(page, 3);
  await page.keyboard.press("Control+z");
  loading.goOn();
  await expect(page.locator("#said")).toContainText("nothing is lost");
  expect(await frames(page)).toEqual([1, 2]);
  await page.keyboard.press("Control+y");
  expect(await frames(page)).toEqual([1, 2, 3]);
  for (let n = 0; n < 2; n += 1) await page.keyboard.press("Control+z");
  expect(await frames(page)).toEqual([1]);
  // The next step back is what the other machine did, and the one after that the first smile.
  for (let n = 0; n < 2; n += 1) await page.keyboard.press("Control+z");
  await saved(page);
  expect((await server.stored(page, server.made.coding)).events).toEqual([]);
});

test("a state that is held by its key goes on through a conflict and ends with the key", async ({ page }) => {
  await open(page);
  await page.keyboard.press("F2");
  await others(page);
  const [changes, loading] = [await held(page, "**/changes"), await held(page, "**/data")];
  await showFrame(page, 1, "ArrowRight");
  await page.keyboard.down("s");
  await changes.asked;
  changes.goOn();
  await loading.asked;
  for (let frame = 2; frame <= 5; frame += 1) await showFrame(page, frame, "ArrowRight");
  await page.keyboard.up("s");
  loading.goOn();
  await expect(page.locator("#said")).toContainText("nothing is lost");
  expect(await carer(page)).toEqual([["sings", 1, 5]]);
});

test("a rating that is typed during a conflict is saved, and the form shows what others rated", async ({ page }) => {
  await open(page);
  await others(page);
  const [changes, loading] = [await held(page, "**/changes"), await held(page, "**/data")];
  await page.keyboard.press("F4");
  const warmth = page.locator("#ratings fieldset").first();
  await warmth.locator("input").first().focus();
  await page.keyboard.press("4");
  await changes.asked;
  changes.goOn();
  await loading.asked;
  await page.keyboard.press("5");
  loading.goOn();
  await saved(page);
  expect((await server.stored(page, server.made.coding)).ratings).toEqual({ warmth: { rated: 5 } });
  // Another machine rates; this page, which has not seen it, rates, too: the first one stands and is shown.
  const { version } = await server.stored(page, server.made.coding);
  await elsewhere(page, version, [{ of: "rating", id: "warmth", before: { rated: 5 }, after: { rated: 2 } }]);
  await page.keyboard.press("3");
  await expect(page.locator("#conflict li")).toHaveText(["Rating: Warmth, 3"]);
  await expect(warmth.locator("input[value='2']")).toBeChecked();
  expect((await server.stored(page, server.made.coding)).ratings).toEqual({ warmth: { rated: 2 } });
});

test("a coding that cannot be loaded again after a conflict is loaded when the server is back; until then all waits", async ({ page }) => {
  await open(page);
  await others(page);
  const loading = await held(page, "**/data");
  await smileAt(page, 1);
  await loading.asked;
  server.kill();
  loading.goOn();
  await expect(page.locator("#saved")).toContainText("1 change waits, kept on this device: the server cannot be reached");
  await smileAt(page, 2);
  await expect(page.locator("#saved")).toContainText("2 changes wait, kept on this device: the server cannot be reached");
  await server.start();
  await expect(page.locator("#said")).toContainText("nothing is lost");
  expect(await frames(page)).toEqual([1, 2]);
});

test("a page that is closed during a conflict leaves everything to the next one", async ({ page, context }) => {
  await open(page);
  await others(page);
  const loading = await held(page, "**/data");
  await smileAt(page, 1);
  await loading.asked;
  await smileAt(page, 2);
  await expect.poll(() => keptChanges(page)).toBe(2);
  await page.close();
  const again = await context.newPage();
  await server.open(again, server.made.coding);
  await expect.poll(() => frames(again)).toEqual([1, 2]);
  await expect.poll(() => keptChanges(again)).toBe(0);
});

test("what does not fit any more is told beside the room: keys go on, and a second list does not hide the first", async ({ page }) => {
  await open(page);
  await smileAt(page, 1);
  await smileAt(page, 2);
  await saved(page);
  for (const frame of [2, 1]) {
    const { version, events } = await server.stored(page, server.made.coding);
    const [id, before] = events.find(([, event]) => event.start_frame === frame)!;
    await elsewhere(page, version, [{ of: "event", id, before, after: { ...before, comment: "seen twice" } }]);
    // The later one is selected since it was coded; then the first of all.
    for (let n = 0; frame === 1 && n < 3; n += 1) await page.keyboard.press("PageUp");
    await page.keyboard.press("Delete");
    await expect(page.locator("#conflict li")).toHaveCount(3 - frame);
    // While it is told, keys are keys of the room.
    await page.keyboard.press("m");
    await saved(page);
  }
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-conflict.png" });
  await expect(page.locator("#conflict li").first()).toContainText("Deleted: Carer: Smile");
  expect((await carer(page)).length).toBe(4);
  await page.keyboard.press("Escape");
  await expect(page.locator("#conflict")).toBeHidden();
});

test("Finish waits until everything is saved, and going on to code takes it back", async ({ page }) => {
  await open(page);
  let changes = await held(page, "**/changes");
  await smileAt(page, 1);
  await changes.asked;
  await page.click("button:has-text('Finish')");
  await expect(page.locator("#said")).toContainText("Finished as soon as everything is saved");
  await smileAt(page, 2);
  changes.goOn();
  expect(await frames(page)).toEqual([1, 2]);
  expect((await server.stored(page, server.made.coding)).finished).toBe(false);
  changes = await held(page, "**/changes");
  await smileAt(page, 3);
  await changes.asked;
  await page.click("button:has-text('Finish')");
  await expect(page.locator("#said")).toContainText("Finished as soon as everything is saved");
  changes.goOn();
  await page.waitForURL((url) => url.pathname.endsWith("/coding"));
  const stored = await server.stored(page, server.made.coding);
  expect([stored.finished, stored.events.map(([, event]) => event.start_frame)]).toEqual([true, [1, 2, 3]]);
  await reopen(page);
});

async function reopen(page: Page): Promise<void> {
  const answer = await page.request.post(server.study(`/coding/${server.made.coding}/reopen`), { headers: { origin: server.origin } });
  expect(answer.ok()).toBe(true);
}

test("a coding that is finished elsewhere keeps what is coded here until it is opened again", async ({ page, context }) => {
  await open(page);
  const finish = () => page.request.post(server.study(`/coding/${server.made.coding}/finish`), { headers: { origin: server.origin } });
  expect((await finish()).ok()).toBe(true);
  await smileAt(page, 1);
  await expect(page.locator("#saved")).toContainText("1 change waits, kept on this device: this coding is finished; open it again");
  await smileAt(page, 2);
  await reopen(page);
  expect(await frames(page)).toEqual([1, 2]);
  // Closed in between, the next page says so, and sends it once the coding is open again.
  expect((await finish()).ok()).toBe(true);
  await smileAt(page, 3);
  await expect(page.locator("#saved")).toContainText("this coding is finished");
  await expect.poll(() => keptChanges(page)).toBe(1);
  await page.close();
  const again = await context.newPage();
  await again.goto(server.study(`/coding/${server.made.coding}`));
  await again.waitForSelector("body[data-ready=true]");
  await expect(again.locator("#saved")).toContainText("1 change waits, kept on this device: this coding is finished");
  await again.click("button:has-text('Open again')");
  await expect(again.locator("button:has-text('Finish')")).toBeVisible();
  await again.waitForSelector("body[data-ready=true]");
  expect(await frames(again)).toEqual([1, 2, 3]);
});

for (const [other, who] of [["second", "another coder"], ["lead", "whoever leads the coding"]] as const) {
  test(`signed out in the middle, and ${who} signed in: nothing is posted for them, and nothing is lost`, async ({ page, context }) => {
    await open(page);
    await page.request.post(`${server.origin}/sign-out`, { headers: { origin: server.origin } });
    await smileAt(page, 1);
    await expect(page.locator("#saved")).toContainText("1 change waits, kept on this device: you were signed out");
    const tab = await context.newPage();
    await server.signIn(tab, other);
    await expect(page.locator("#saved")).toContainText("not open to whoever is signed in now");
    await smileAt(page, 2);
    await expect(page.locator("#saved")).toContainText("2 changes wait, kept on this device");
    // Their own work is theirs: nothing of the first person's is taken up or sent.
    if (other === "second") {
      await server.open(tab, server.made.second);
      expect((await server.stored(tab, server.made.second)).events).toEqual([]);
    } else {
      await server.open(tab, server.made.coding);
      expect((await server.stored(tab, server.made.coding)).events).toEqual([]);
    }
    await expect.poll(() => keptChanges(tab)).toBe(2);
    await server.signIn(tab, "coder");
    expect(await frames(page)).toEqual([1, 2]);
    await expect.poll(() => keptChanges(page)).toBe(0);
  });
}

test("saved, and the answer lost, then undone: the next page undoes it, and nothing counts twice", async ({ page, context }) => {
  await open(page);
  let n = 0;
  await page.route("**/changes", async (route) => {
    if ((n += 1) === 1) expect((await route.fetch()).status()).toBe(200);
    await route.abort();
  });
  await smileAt(page, 1);
  await expect(page.locator("#saved")).toContainText("1 change waits");
  await page.keyboard.press("Control+z");
  await smileAt(page, 2);
  await expect.poll(() => keptChanges(page)).toBe(3);
  expect((await server.stored(page, server.made.coding)).events.length).toBe(1);
  await page.close();
  const again = await context.newPage();
  await server.open(again, server.made.coding);
  await expect.poll(() => frames(again)).toEqual([2]);
  await expect(again.locator("#conflict")).toBeHidden();
});

test("an answer that breaks off is asked for again, and the key counts once", async ({ page }) => {
  await open(page);
  let n = 0;
  await page.route("**/changes", async (route) => {
    const response = await route.fetch();
    if ((n += 1) === 1) await route.fulfill({ response, body: '{"vers' });
    else await route.fulfill({ response });
  });
  await smileAt(page, 1);
  await smileAt(page, 2);
  expect(await frames(page)).toEqual([1, 2]);
  expect(n).toBe(3);
});

test("of two pages of one browser the second takes over what the first one kept, once that is closed", async ({ page, context }) => {
  await open(page);
  const second = await context.newPage();
  await server.open(second, server.made.coding);
  await second.keyboard.press("2");
  await page.route("**/changes", (route) => route.abort());
  await smileAt(page, 1);
  await smileAt(page, 2);
  await expect.poll(() => keptChanges(page)).toBe(2);
  await page.close();
  await expect.poll(() => frames(second)).toEqual([1, 2]);
  await expect.poll(() => keptChanges(second)).toBe(0);
  // From now on this one keeps.
  await second.route("**/changes", (route) => route.abort());
  await smileAt(second, 1);
  await expect(second.locator("#saved")).toContainText("1 change waits, kept on this device");
  await expect.poll(() => keptChanges(second)).toBe(1);
  await second.unroute("**/changes");
  expect((await frames(second)).length).toBe(3);
});

test("a session that is begun in two windows has one begin and one clock", async ({ browser }) => {
  const [one, other] = [await openSession(browser), await openSession(browser)];
  await one.keyboard.press(" ");
  await expect(one.locator("body")).toHaveAttribute("data-live", "runs");
  await saved(one);
  const changes = await held(other, "**/changes");
  await other.keyboard.press(" ");
  await other.keyboard.press("2");
  await other.keyboard.press("m");
  changes.goOn();
  await expect(other.locator("#said")).toContainText("nothing is lost");
  await saved(other);
  const { events } = await server.stored(other, server.made.unsampled);
  expect(events.map(([, event]) => event.behaviour).sort()).toEqual(["observed", "smile"]);
  for (const page of [one, other]) await page.context().close();
});

async function openSession(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await server.signIn(page, "coder");
  await page.goto(server.study(`/coding/${server.made.unsampled}`));
  await page.waitForSelector("body[data-ready=true]");
  return page;
}
