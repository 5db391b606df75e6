// Lining up cameras by a clap: what is found in the sound and what two moments tell of two clocks, without a
// browser; then by mouse, finger and keys in a real Chromium.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page, test } from "@playwright/test";

import { bestShift, clapNear, rises } from "../src/alignment/clap.js";
import { placed, Places, rateOf } from "../src/alignment/places.js";
import { FrameTimes } from "../src/coding-room/frame_times.js";
import { onClock, onRecording } from "../src/coding-room/place.js";
import { burntIn, held, PROGRAM, RoomServer, WHY_SKIPPED } from "./coding_room_server.js";

const S = 1_000_000;

/** Ten minutes of murmur with claps at these seconds; murmur that is never twice the same. */
function sound(claps: readonly number[], seed: number): Uint8Array {
  const all = new Uint8Array(600 * 50);
  let state = seed;
  for (let at = 0; at < all.length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    all[at] = 10 + (state % 16);
  }
  claps.forEach((second, n) => all.fill(150 + 5 * (n % 20), Math.round(second * 50), Math.round(second * 50) + 4));
  return all;
}

test("claps are found in the sound, the steepest first, and the one that is meant is chosen", () => {
  const found = rises(sound([12.4, 71.02, 300], 7), 3);
  expect(found.map((one) => one.time)).toEqual([12.4 * S, 71.02 * S, 300 * S]);
  expect(clapNear(found, 68 * S, 10 * S)?.time).toBe(71.02 * S);
  expect(clapNear(found, 85 * S, 10 * S)).toBeNull();
  // A steep one far away does not outweigh the one beside the line.
  expect(clapNear([{ time: 0, height: 200 }, { time: 9 * S, height: 60 }], 9.1 * S, 10 * S)?.time).toBe(9 * S);
});

test("the place of a second camera is found from the sound of both, and said to be unclear where it is", () => {
  const claps = [12.4, 31.1, 71.02, 140.5, 222.22, 300, 410.9, 500.1];
  const later = claps.map((second) => second - 7.34).filter((second) => second > 0);
  const found = bestShift(rises(sound(claps, 7)), rises(sound(later, 99)));
  expect(Math.abs((found?.shift ?? 0) - 7.34 * S)).toBeLessThanOrEqual(10_000);
  expect(found?.isClear).toBe(true);
  const clock = Array.from({ length: 50 }, (_, n) => 5 + 10 * n);
  expect(bestShift(rises(sound(clock, 7)), rises(sound(clock, 99)))?.isClear).toBe(false);
  expect(bestShift([], rises(sound(claps, 7)))).toBeNull();
});

test("two moments tell the rate of a clock and the place that fits both", () => {
  const place = { offset: 3 * S, drift: 250 };
  const matches = [20 * S, 600 * S, 1800 * S].map((recording) => ({ recording, clock: onClock(place, recording) }));
  const rate = rateOf(matches);
  expect(rate).toEqual({ place, apart: 445_000, stretch: 1780 * S, isPossible: true });
  expect(rateOf(matches.slice(0, 1))).toBeNull();
  expect(rateOf([matches[0]!, { recording: 21 * S, clock: 24 * S }])).toBeNull();
  expect(rateOf([matches[0]!, { recording: 100 * S, clock: 120 * S }])?.isPossible).toBe(false);
});

test("a recording of another rate is coded on the coder's clock, frame by frame", () => {
  const place = { offset: -2 * S, drift: 1000 };
  const times = Array.from({ length: 3 }, (_, n) => BigInt(n * 40_000 + 100 * S));
  const frames = FrameTimes.read(new BigInt64Array(times).buffer, 100 * S + 120_000, place);
  expect([frames.start(0), frames.start(1), frames.end]).toEqual([98.1 * S, 98.1 * S + 40_040, onClock(place, 100 * S + 120_000)]);
  for (let frame = 0; frame < 3; frame += 1) {
    expect(frames.named(100 + frame * 0.04)).toBe(frame);
    expect(frames.within(frame, 0)).toBeCloseTo(100 + frame * 0.04, 5);
  }
  expect(onRecording(place, onClock(place, 55 * S))).toBeCloseTo(55 * S, -1);
  expect(placed(place, 100 * S, 40 * S)).toEqual({ offset: -60.1 * S, drift: 1000 });
});

test("every step is undone and done again, and a new step ends what could be done again", () => {
  const places = new Places([{ offset: 0, drift: 0 }, { offset: S, drift: 0 }]);
  places.move(1, { offset: 2 * S, drift: 0 });
  places.match(1, 10 * S);
  places.move(1, { offset: 3 * S, drift: 0 });
  expect(places.camera(1)).toEqual({ place: { offset: 3 * S, drift: 0 }, matches: [{ clock: 10 * S, recording: 8 * S }] });
  while (places.undo()) {}
  expect([places.all[1], places.camera(1).matches, places.canUndo]).toEqual([{ offset: S, drift: 0 }, [], false]);
  while (places.redo()) {}
  expect(places.all[1]).toEqual({ offset: 3 * S, drift: 0 });
  places.undo();
  places.move(0, { offset: 5, drift: 0 });
  expect([places.canRedo, places.redo()]).toEqual([false, false]);
  // Where it lies already is no step.
  places.move(0, { offset: 5, drift: 0 });
  places.undo();
  expect(places.all[0]?.offset).toBe(0);
});

test.describe("in a browser", () => {
  test.skip(PROGRAM === "", WHY_SKIPPED);
  test.describe.configure({ mode: "serial" });

  let server: RoomServer;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    server = new RoomServer();
    await server.start();
  });

  test.afterAll(() => server.end());

  const start = async (page: Page, camera: number) => Number(await page.inputValue(`#start${camera}`));
  const track = (page: Page, camera: number) => page.getByRole("slider", { name: `Camera ${camera}` });

  async function open(page: Page): Promise<void> {
    await page.goto(server.study(`/clips/${server.made.four_film}/align`));
    await page.waitForSelector("body[data-ready=true]");
    await page.waitForFunction(() => [...document.querySelectorAll("video")].every((video) => video.readyState >= 2));
  }

  test("cameras are dragged by mouse, nudged by keys, found by the sound, undone, kept, and coded like that", async ({ page }) => {
    test.setTimeout(120_000);
    await server.signIn(page, "lead");
    await open(page);
    expect([await start(page, 2), await start(page, 3), await start(page, 4)]).toEqual([0.4, 1, -0.2]);
    await expect(page.locator("#start1")).toHaveCount(0);
    await track(page, 2).scrollIntoViewIfNeeded();
    const box = (await track(page, 2).boundingBox()) as { x: number; y: number; width: number };
    await page.mouse.move(box.x + 200, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 100, box.y + 60, { steps: 10 });
    await page.mouse.up();
    expect(await start(page, 2)).toBeCloseTo(0.4 - (100 / (box.width - 2)) * 20, 2);
    await expect(page.locator("#kept")).toHaveText("Not kept yet.");
    await page.keyboard.press("Control+z");
    expect(await start(page, 2)).toBe(0.4);
    await page.keyboard.press("Control+y");
    expect(await start(page, 2)).not.toBe(0.4);
    await page.keyboard.press("Control+z");

    // Keys alone: a second, a frame of this recording, ten seconds.
    await track(page, 3).focus();
    await page.keyboard.press("Shift+ArrowRight");
    expect(await start(page, 3)).toBe(2);
    await page.keyboard.press("ArrowLeft");
    const frame = 2 - (await start(page, 3));
    expect(frame).toBeGreaterThan(0.02);
    expect(frame).toBeLessThan(0.07);
    await page.keyboard.press("Control+ArrowLeft");
    expect(await start(page, 3)).toBeCloseTo(2 - frame - 10, 5);
    for (let n = 0; n < 3; n += 1) await page.keyboard.press("Control+z");
    expect(await start(page, 3)).toBe(1);

    // All four are the same film: by the sound they begin together.
    await page.keyboard.press("f");
    expect(await start(page, 3)).toBeCloseTo(0, 2);
    await track(page, 2).focus();
    await page.keyboard.press("f");
    await page.keyboard.press("PageDown");
    await page.keyboard.press("Enter");
    expect(Math.abs(await start(page, 2))).toBeLessThanOrEqual(0.001);
    const square = server.made.square;
    await expect.poll(async () => (await burntIn(page, square, 1)) - (await burntIn(page, square, 0))).toBe(0);

    await page.click("button:has-text('Keep this')");
    await expect(page.locator("#kept")).toContainText("Kept");
    await page.reload();
    await page.waitForSelector("body[data-ready=true]");
    expect([await start(page, 2), await start(page, 3), await start(page, 4)].map((one) => Math.round(one * 10) / 10)).toEqual([0, 0, -0.2]);

    // In the room both show the same frame from now on.
    await server.signIn(page, "second");
    await server.open(page, server.made.four);
    for (let n = 0; n < 30; n += 1) await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.body.dataset["frame"] === "30" && document.body.dataset["settled"] === "true");
    for (const camera of [0, 1, 2]) await expect.poll(() => burntIn(page, square, camera)).toBe(30);
  });

  test("two moments far apart tell how the clocks differ, and the rate is corrected", async ({ page }) => {
    test.setTimeout(120_000);
    await server.signIn(page, "lead");
    await open(page);
    const told = page.locator(".track-told").nth(1);
    await track(page, 3).focus();
    await page.keyboard.press("m");
    await expect(told).toContainText("Find a second moment");
    // At the end of the film it fits only after it was moved: by a frame, which is a different rate.
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("m");
    await expect(told).toContainText("The first camera runs fast");
    await told.getByRole("button", { name: "Correct the rate" }).click();
    await expect(told).toContainText("The rate is corrected");
    const drift = Number(await page.inputValue("#drift3"));
    expect(drift).toBeGreaterThan(300);
    expect(drift).toBeLessThan(2000);
    // No clocks differ by a second within forty.
    await track(page, 3).focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("m");
    await expect(told).toContainText("no clocks differ so much");
    while (await page.locator("#undo").isEnabled()) await page.click("#undo");
    expect(Number(await page.inputValue("#drift3"))).toBe(0);
    await expect(page.locator("#kept")).toHaveText("");
    // Kept twice in a row: the second waits for the first, and is what the server has.
    const keeping = await held(page, "**/align");
    await page.fill("#start4", "-0.3");
    await page.click("button:has-text('Keep this')");
    await keeping.asked;
    await page.fill("#start4", "-0.2");
    await page.click("button:has-text('Keep this')");
    keeping.goOn();
    await expect(page.locator("#kept")).toContainText("Kept");
    await page.reload();
    await page.waitForSelector("body[data-ready=true]");
    expect(await start(page, 4)).toBe(-0.2);
    // What no clock can be is refused as a whole.
    await page.fill("#drift2", "20000");
    await page.click("button:has-text('Keep this')");
    await expect(page.locator("#kept")).toContainText("Not kept");
    page.on("dialog", (dialog) => void dialog.accept());
  });

  for (const width of [1280, 820, 360]) {
    test(`cameras are lined up by a finger at ${width} pixels, and the page is for everybody`, async ({ browser }) => {
      test.setTimeout(120_000);
      const context = await browser.newContext({ viewport: { width, height: 800 }, hasTouch: true, colorScheme: width === 820 ? "dark" : "light" });
      const page = await context.newPage();
      page.on("dialog", (dialog) => void dialog.accept());
      await server.signIn(page, "lead");
      await open(page);
      const before = await start(page, 4);
      await track(page, 4).scrollIntoViewIfNeeded();
      const box = (await track(page, 4).boundingBox()) as { x: number; y: number; width: number };
      const devtools = await context.newCDPSession(page);
      const touch = (type: string, x: number) =>
        devtools.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints: type === "touchEnd" ? [] : [{ x: box.x + x, y: box.y + 50 }] });
      await touch("touchStart", 60);
      for (let x = 70; x <= 160; x += 10) await touch("touchMove", x);
      await touch("touchEnd", 160);
      const moved = (await start(page, 4)) - before;
      expect(moved).toBeCloseTo((100 / (box.width - 2)) * 20, 1);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `node_modules/.playwright-output/alignment-${width}.png`, fullPage: true });
      // The page's policy takes no script from elsewhere; the test puts it in past the policy.
      const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
      await devtools.send("Runtime.evaluate", { expression: readFileSync(axe, "utf8") });
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
        return (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
      });
      expect(violations).toEqual([]);
      await context.close();
    });
  }
});
