// A coder's day by keyboard alone, from the sign-in to the finished clip, at every width and magnified: no
// mouse is touched, and the keys of each event are counted.
import { expect, type Locator, type Page, test } from "@playwright/test";

import { PROGRAM, RoomServer, saved, showFrame, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

/** Goes on with Tab until it is there. */
async function tabTo(page: Page, wanted: Locator, most = 60): Promise<void> {
  for (let step = 0; step < most; step += 1) {
    if (await wanted.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`not reached by Tab: ${String(wanted)}`);
}

async function follow(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press("Enter");
}

/** Presses keys and tells how many it were. */
async function keys(page: Page, ...pressed: string[]): Promise<number> {
  for (const key of pressed) await page.keyboard.press(key);
  return pressed.length;
}

async function events(page: Page) {
  await saved(page);
  return (await server.stored(page, server.made.coding)).events.map(([, event]) => event);
}

async function forward(page: Page, from: number, to: number): Promise<void> {
  for (let frame = from + 1; frame <= to; frame += 1) await showFrame(page, frame, "ArrowRight");
}

const SIZES = [
  { name: "1280", viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: "light" },
  { name: "820-dark", viewport: { width: 820, height: 1100 }, deviceScaleFactor: 1, colorScheme: "dark" },
  { name: "360", viewport: { width: 360, height: 740 }, deviceScaleFactor: 1, colorScheme: "light" },
  // 1280 pixels at 200 %: half as many CSS pixels, twice as large.
  { name: "200-percent", viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, colorScheme: "dark" },
] as const;

for (const { name, ...size } of SIZES) {
  test(`from the sign-in to the finished clip without a mouse: ${name}`, async ({ browser }) => {
    test.setTimeout(180_000);
    const context = await browser.newContext(size);
    const page = await context.newPage();
    const shot = (what: string) => page.screenshot({ path: `node_modules/.playwright-output/day-${name}-${what}.png` });
    await page.goto(`${server.origin}/sign-in`);
    await tabTo(page, page.getByLabel("Sign-in name"));
    await page.keyboard.type("coder");
    await tabTo(page, page.getByLabel("Password"));
    await page.keyboard.type(server.made.password);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    await follow(page, page.locator("main a[href^='/studies/']").first());
    await page.waitForURL(/\/studies\//);
    const coding = page.getByRole("navigation", { name: "This study" }).getByRole("link", { name: "Coding", exact: true });
    if (!(await coding.isVisible())) await follow(page, page.getByRole("navigation", { name: "This study" }).locator("summary"));
    await follow(page, coding);
    await expect(page.getByRole("heading", { level: 1, name: "What is to be coded next?" })).toBeVisible();
    await shot("list");
    await follow(page, page.locator(`main a[href$='/coding/${server.made.coding}']`).first());
    await page.waitForSelector("body[data-ready=true]");
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    await showFrame(page, 0, "Home");

    // Watch: play, faster, stop, and back to the first frame.
    await keys(page, "ArrowUp", " ");
    await page.waitForFunction(() => Number(document.body.dataset["frame"]) > 10);
    await keys(page, " ", "Backspace");
    await page.waitForFunction(() => document.querySelector("video")?.paused === true);
    await expect(page.locator("#rate")).toHaveText("1 × paused");
    await page.waitForFunction(() => document.body.dataset["settled"] === "true");
    await showFrame(page, 0, "Home");

    // Whom, then a state that the next one of its set ends: one key for each event.
    await keys(page, "1", "2");
    let pressed = await keys(page, "f");
    await forward(page, 0, 5);
    pressed += await keys(page, "o");
    await forward(page, 5, 8);
    pressed += await keys(page, "o");
    let stored = await events(page);
    expect(stored.map((one) => [one.behaviour, one.subject, one.start_frame, one.stop_frame])).toEqual([
      ["at-face", "infant-2", 0, 5], ["at-object", "infant-2", 5, 8],
    ]);
    expect(pressed / stored.length, "keys for each bout of a set").toBeLessThanOrEqual(2);
    // A state that begins and ends with its key; its detail is asked and answered by one key more.
    await keys(page, "2");
    expect(await keys(page, "s", "1")).toBe(2);
    await forward(page, 8, 12);
    await keys(page, "s");
    // A point is one key, a directed act two.
    expect(await keys(page, "m")).toBe(1);
    expect(await keys(page, "t", "2")).toBe(2);
    await forward(page, 12, 14);
    await keys(page, "t");
    // A span of the whole room, and hold to code.
    await keys(page, "z");
    await forward(page, 14, 16);
    await keys(page, "z", "1", "1", "F2");
    await page.keyboard.down("a");
    await forward(page, 16, 18);
    await page.keyboard.up("a");
    await keys(page, "F2");
    stored = await events(page);
    expect(stored.map((one) => one.behaviour).sort()).toEqual(["at-face", "at-object", "away", "sings", "smile", "speaks", "trial"]);
    const away = stored.find((one) => one.behaviour === "away");
    expect([away?.subject, away?.start_frame, away?.stop_frame]).toEqual(["infant-1", 16, 18]);
    await shot("room");
    // Undo goes back, redo goes on.
    await keys(page, "Control+z", "Control+z");
    expect((await events(page)).length).toBe(6);
    await keys(page, "Control+y", "Control+y");
    expect((await events(page)).length).toBe(7);
    // The bout of the infant's gaze is found, cut, joined and nudged.
    await showFrame(page, 0, "Home");
    await keys(page, "Escape", "PageUp");
    await expect(page.locator("#selection")).toContainText("At the carer's face");
    await forward(page, 0, 3);
    await keys(page, "/");
    expect((await events(page)).filter((one) => one.behaviour === "at-face").length).toBe(2);
    await keys(page, "\\");
    expect((await events(page)).filter((one) => one.behaviour === "at-face").map((one) => one.stop_frame)).toEqual([5]);
    await keys(page, ",");
    expect((await events(page)).filter((one) => one.behaviour === "at-face").map((one) => one.stop_frame)).toEqual([4]);
    await keys(page, ".");

    // All keys on one sheet; the form of ratings by digits.
    await keys(page, "?");
    await expect(page.locator("#sheet")).toBeVisible();
    await expect(page.locator("#sheet-title"), "the sheet begins at its top").toBeInViewport();
    await shot("sheet");
    await keys(page, "Escape", "F4");
    await expect(page.locator("#ratings")).toBeVisible();
    await keys(page, "4");
    await shot("ratings");
    await keys(page, "Escape");
    await saved(page);
    expect((await server.stored(page, server.made.coding)).ratings).toEqual({ warmth: { rated: 4 } });
    // Nothing is wider than the page.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);

    // Finish, and open it again for the next size.
    await follow(page, page.getByRole("button", { name: "Finish" }));
    await expect(page.getByRole("heading", { level: 1, name: "What is to be coded next?" })).toBeVisible();
    await expect(page.locator("main table")).toContainText("finished");
    await page.goto(server.study(`/coding/${server.made.coding}`));
    await follow(page, page.getByRole("button", { name: "Open again" }));
    await page.waitForSelector("body[data-ready=true]");
    while (await page.locator("#undo").isEnabled()) {
      await keys(page, "Control+z");
    }
    expect((await events(page)).length).toBe(0);
    await context.close();
  });
}
