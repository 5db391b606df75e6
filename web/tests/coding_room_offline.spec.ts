// A tablet that loses its network, a server that stops, answers that get lost, tabs that are closed: no key
// is lost and none counts twice. In a real Chromium, in a session that is coded while it happens.
import { type BrowserContext, chromium, expect, type Page, test } from "@playwright/test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { keptChanges, PROGRAM, RoomServer, saved, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;
let folder: string;
let context: BrowserContext;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
  folder = mkdtempSync(join(tmpdir(), "offline-browser-"));
  context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"], viewport: { width: 820, height: 1100 },
  });
});

test.afterAll(async () => {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
  server.end();
});

async function smiles(page: Page): Promise<number> {
  const { events } = await server.stored(page, server.made.unsampled);
  return events.filter(([, event]) => event.behaviour === "smile").length;
}

async function open(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.study(`/coding/${server.made.unsampled}`));
  await page.waitForSelector("body[data-ready=true]");
  await page.keyboard.press("2");
  return page;
}

async function smile(page: Page, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await page.keyboard.press("m");
}

test("a tablet without network goes on coding, says what waits, and sends it when the network is back", async () => {
  test.setTimeout(90_000);
  const page = await context.newPage();
  await server.signIn(page, "coder");
  await page.close();
  const tablet = await open();
  await tablet.keyboard.press(" ");
  await expect(tablet.locator("body")).toHaveAttribute("data-live", "runs");
  await smile(tablet, 1);
  await saved(tablet);
  await context.setOffline(true);
  await smile(tablet, 5);
  await expect(tablet.locator("#saved")).toContainText("5 changes wait, kept on this device: the server cannot be reached");
  await tablet.screenshot({ path: "node_modules/.playwright-output/coding-room-offline.png" });
  // Undo works without network, too.
  await tablet.keyboard.press("Control+z");
  await expect(tablet.locator("#saved")).toContainText("6 changes wait");
  await context.setOffline(false);
  await saved(tablet);
  await expect(tablet.locator("#saved")).toHaveText("All saved");
  expect(await smiles(tablet)).toBe(5);
  await tablet.close();
});

test("a tab that is closed without network loses nothing, and the clock has gone on", async () => {
  test.setTimeout(90_000);
  const tablet = await open();
  await expect(tablet.locator("body")).toHaveAttribute("data-live", "runs");
  await context.setOffline(true);
  await smile(tablet, 3);
  await expect(tablet.locator("#saved")).toContainText("3 changes wait, kept on this device");
  await expect.poll(() => keptChanges(tablet)).toBe(3);
  await tablet.close();
  await context.setOffline(false);
  const again = await open();
  await saved(again);
  await expect.poll(() => smiles(again)).toBe(8);
  await expect(again.locator("body")).toHaveAttribute("data-live", "runs");
  await again.close();
});

test("what the server has although its answer was lost is not counted twice", async () => {
  test.setTimeout(90_000);
  const tablet = await open();
  let answers = 0;
  let lost = 2;
  await tablet.route("**/changes", async (route) => {
    const answer = await route.fetch();
    expect(answer.status()).toBe(200);
    answers += 1;
    // The first answers never arrive: the same change is sent again under the same key.
    if (answers <= lost) await route.abort();
    else await route.fulfill({ response: answer });
  });
  await smile(tablet, 2);
  await saved(tablet);
  expect(answers).toBe(4);
  expect(await smiles(tablet)).toBe(10);
  // Of a page that is loaded again, too: the server had it, and only the answers were lost.
  [answers, lost] = [0, Infinity];
  await smile(tablet, 1);
  await expect.poll(() => answers).toBeGreaterThan(0);
  await expect.poll(() => keptChanges(tablet)).toBe(1);
  await tablet.close();
  const again = await open();
  await saved(again);
  await expect.poll(() => smiles(again)).toBe(11);
  await expect(again.locator("#conflict")).not.toBeVisible();
  await again.close();
});

test("a server that is killed in the middle of a session loses no key", async () => {
  test.setTimeout(90_000);
  const tablet = await open();
  await smile(tablet, 1);
  await saved(tablet);
  server.kill();
  await smile(tablet, 4);
  await expect(tablet.locator("#saved")).toContainText("4 changes wait");
  await server.start();
  await saved(tablet);
  expect(await smiles(tablet)).toBe(16);
  await tablet.close();
});

test("a second page of one browser does not write over what the first one keeps, and says so", async () => {
  test.setTimeout(90_000);
  const first = await open();
  const second = await open();
  await context.setOffline(true);
  await smile(first, 2);
  await smile(second, 1);
  await expect(first.locator("#saved")).toContainText("2 changes wait, kept on this device");
  await expect(second.locator("#saved")).toContainText("1 change waits, only on this page, so leave it open");
  await context.setOffline(false);
  await saved(first);
  await saved(second);
  expect(await smiles(second)).toBe(19);
  await first.close();
  await second.close();
});

test("what is kept on a device names nobody and nothing but codes and times", async () => {
  test.setTimeout(90_000);
  const page = await open();
  await context.setOffline(true);
  await smile(page, 1);
  await expect.poll(() => keptChanges(page)).toBe(1);
  const kept = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open("attune-room");
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error ?? new Error("no database"));
    });
    const store = database.transaction("changes").objectStore("changes");
    const all = <T>(asked: IDBRequest<T>) => new Promise<T>((resolve) => (asked.onsuccess = () => resolve(asked.result)));
    const [names, texts] = [await all(store.getAllKeys()), await all(store.getAll())];
    return { names: names.map(String), texts: texts.map(String), local: JSON.stringify({ ...localStorage }), session: JSON.stringify({ ...sessionStorage }) };
  });
  expect(kept.names).toEqual([`waiting /studies/${server.made.study}/coding/${server.made.unsampled}`]);
  const [change] = JSON.parse(kept.texts[0] ?? "[]") as { edits: { after: Record<string, unknown> }[] }[];
  expect(Object.keys(change ?? {}).sort()).toEqual(["doing", "edits", "key"]);
  expect(Object.keys(change?.edits[0]?.after ?? {}).sort()).toEqual(["behaviour", "point", "start", "stop", "subject"]);
  expect([kept.local, kept.session]).toEqual(["{}", "{}"]);
  await context.setOffline(false);
  await saved(page);
  // What the server has is deleted here at once.
  await expect.poll(() => keptChanges(page)).toBe(0);
  await page.close();
});
