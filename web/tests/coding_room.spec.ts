// Coding a recording in a real Chromium: frames, keys, undo, two windows, a killed server, speed.
import { createRequire } from "node:module";
import { expect, type Page, test } from "@playwright/test";

import { burntIn, PROGRAM, RoomServer, saved, showFrame, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

const signIn = (page: Page, login: string) => server.signIn(page, login);
const open = (page: Page, coding = server.made.coding) => server.open(page, coding);
const stored = (page: Page, coding = server.made.coding) => server.stored(page, coding);

test("a thousand frames forward and back show and store their own numbers", async ({ page }) => {
  test.setTimeout(900_000);
  await signIn(page, "coder");
  await open(page);
  await page.keyboard.press("2");
  const smiles: number[] = [];
  for (let frame = 1; frame <= 1000; frame += 1) {
    await showFrame(page, frame, "ArrowRight");
    expect(await burntIn(page, server.made.square), `forward to ${frame}`).toBe(frame);
    if (frame % 100 === 7) {
      await page.keyboard.press("m");
      smiles.push(frame);
    }
  }
  for (let frame = 999; frame >= 0; frame -= 1) {
    await showFrame(page, frame, "ArrowLeft");
    expect(await burntIn(page, server.made.square), `back to ${frame}`).toBe(frame);
    if (frame % 100 === 51) {
      await page.keyboard.press("m");
      smiles.push(frame);
    }
  }
  await saved(page);
  const frames = (await stored(page)).events.map(([, event]) => event.start_frame);
  expect(frames).toEqual(smiles.sort((a, b) => a - b));
});

test("a clip is coded by keys alone, and everything is there after the page was loaded again", async ({ page }) => {
  await signIn(page, "second");
  await open(page, server.made.second);
  for (let frame = 1; frame <= 30; frame += 1) {
    await showFrame(page, frame, "ArrowRight");
    if (frame === 5) await page.keyboard.press("f");
    if (frame === 12) await page.keyboard.press("o");
    if (frame === 20) await page.keyboard.press("o");
    if (frame === 21) await page.keyboard.press("s");
    if (frame === 22) await page.keyboard.press("2");
    if (frame === 23) await page.keyboard.press("t");
    if (frame === 24) await page.keyboard.press("3");
  }
  await page.keyboard.press("s");
  await page.keyboard.press("t");
  await page.keyboard.press("F4");
  await page.locator("#ratings fieldset input").first().focus();
  await page.keyboard.press("4");
  await page.keyboard.press("Escape");
  await saved(page);
  const once = await stored(page, server.made.second);
  const seen = once.events.map(([, event]) => [event.behaviour, event.subject, event.start_frame, event.stop_frame]);
  expect(seen).toEqual([
    ["at-face", "infant-1", 5, 12],
    ["at-object", "infant-1", 12, 20],
    ["sings", "carer", 21, 30],
    ["speaks", "carer", 23, 30],
  ]);
  expect(once.ratings).toEqual({ warmth: { rated: 4 } });
  await open(page, server.made.second);
  expect(await stored(page, server.made.second)).toEqual(once);
  const n = once.version;
  for (let undo = 0; undo < n; undo += 1) await page.keyboard.press("Control+z");
  await saved(page);
  expect((await stored(page, server.made.second)).events).toEqual([]);
  for (let redo = 0; redo < n; redo += 1) await page.keyboard.press("Control+y");
  await saved(page);
  const again = await stored(page, server.made.second);
  expect([again.events, again.ratings]).toEqual([once.events, once.ratings]);
});

test("two windows never overwrite each other, and nothing is lost", async ({ page, context }) => {
  await signIn(page, "coder");
  await open(page);
  const other = await context.newPage();
  await open(other);
  const before = (await stored(page)).events.length;
  await page.keyboard.press("f");
  await saved(page);
  await showFrame(other, 1, "ArrowRight");
  await other.keyboard.press("2");
  await other.keyboard.press("m");
  await expect(other.locator("#said")).toContainText("nothing is lost");
  await expect(other.locator("#conflict")).toBeHidden();
  await saved(other);
  expect((await stored(page)).events.length).toBe(before + 2);
});

test("a killed server loses nothing that was shown as saved, and takes what waits when it is back", async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, "coder");
  await open(page);
  await page.keyboard.press("2");
  await showFrame(page, 1, "ArrowRight");
  await page.keyboard.press("m");
  await saved(page);
  const before = await stored(page);
  server.kill();
  await page.keyboard.press("m");
  await page.waitForFunction(() => document.querySelector("#saved")?.textContent?.includes("waits") ?? false);
  await server.start();
  await saved(page);
  const after = await stored(page);
  expect(after.events.length).toBe(before.events.length + 1);
  expect(after.version).toBe(before.version + 1);
});

test("from key to saved takes less than a tenth of a second", async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, "coder");
  await open(page);
  await page.keyboard.press("2");
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { times });
    let pressed = 0;
    document.addEventListener("keydown", () => (pressed = performance.now()), true);
    new MutationObserver(() => {
      if (document.body.dataset["waiting"] === "0" && pressed > 0) {
        times.push(performance.now() - pressed);
        pressed = 0;
      }
    }).observe(document.body, { attributes: true, attributeFilter: ["data-waiting"] });
  });
  for (let n = 0; n < 200; n += 1) {
    await page.keyboard.press("m");
    await page.waitForFunction((wanted) => (window as unknown as { times: number[] }).times.length === wanted, n + 1);
  }
  const times = (await page.evaluate(() => (window as unknown as { times: number[] }).times)).sort((a, b) => a - b);
  console.log(`key to saved: median ${times[100]?.toFixed(1)} ms, p99 ${times[197]?.toFixed(1)} ms`);
  // Told and not judged: the bar, 100 ms for the slowest hundredth, is for a release build on a quiet machine.
  expect(times.length).toBe(200);
});

test("five thousand events leave time for sixty frames a second", async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, "coder");
  await open(page);
  const { version, events } = await stored(page);
  const edits = Array.from({ length: 5000 }, (_, n) => ({
    of: "event", id: `many-${n}`, before: null,
    after: { behaviour: "smile", subject: n % 2 ? "carer" : "infant-1", start: n * 8000, stop: null, point: true },
  }));
  const answer = await page.request.post(`${server.origin}/studies/${server.made.study}/coding/${server.made.coding}/changes`, {
    headers: { origin: server.origin, "content-type": "application/json" },
    data: { key: "many", base: version, doing: "do", edits },
  });
  expect(answer.status()).toBe(200);
  await open(page);
  expect((await stored(page)).events.length).toBe(events.length + 5000);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const script = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((one) => one.name === "ScriptDuration")?.value ?? 0;
  };
  await page.keyboard.press("Space");
  const before = await script();
  const frames = await page.evaluate(() => new Promise<number>((done) => {
    let n = 0;
    const end = performance.now() + 3000;
    const count = () => {
      n += 1;
      if (performance.now() < end) requestAnimationFrame(count);
      else done(n);
    };
    requestAnimationFrame(count);
  }));
  const each = ((await script()) - before) / frames;
  await page.keyboard.press("Space");
  console.log(`5,000 events: ${(each * 1000).toFixed(2)} ms of script for each of ${frames} frames in 3 s`);
  // Told and not judged, but a timeline that draws all of its events would leave no frames at all.
  expect(frames).toBeGreaterThan(10);
});

for (const [width, height] of [[1280, 800], [800, 900]] as const) {
  test(`the room can be used by everybody at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await signIn(page, "second");
    await open(page, server.made.second);
    for (let frame = 1; frame <= 15; frame += 1) await showFrame(page, frame, "ArrowRight");
    await page.locator("#events summary").click();
    await page.screenshot({ path: `node_modules/.playwright-output/coding-room-${width}.png` });
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    const found = async () => {
      await page.evaluate(() => Object.keys(window).length);
      return page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
        return (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
      });
    };
    // The page's policy takes no script from elsewhere; the test puts it in past the policy.
    const session = await page.context().newCDPSession(page);
    const { readFileSync } = await import("node:fs");
    await session.send("Runtime.evaluate", { expression: readFileSync(axe, "utf8") });
    expect(await found()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.screenshot({ path: `node_modules/.playwright-output/coding-room-keys-${width}.png` });
    expect(await found()).toEqual([]);
  });
}

test("whoever leads sees recordings and agreement, and goes from a difference to its second", async ({ page }) => {
  test.setTimeout(90_000);
  await signIn(page, "second");
  await page.goto(`${server.origin}/studies/${server.made.study}/coding`);
  await expect(page.locator("main")).not.toContainText("before");
  await open(page, server.made.second);
  await Promise.all([page.waitForURL((url) => url.pathname.endsWith("/coding")), page.click("button:has-text('Finish')")]);
  await signIn(page, "coder");
  await open(page);
  await page.keyboard.press("PageDown");
  await page.click("#events summary");
  // The list is filled when it opens, and another test left five thousand events.
  await page.waitForFunction(() => document.querySelectorAll("#events ol li").length > 0);
  const unended = page.locator("#events .no-end button");
  while ((await unended.count()) > 0) {
    await unended.first().click();
    await page.keyboard.press("Delete");
  }
  await saved(page);
  await Promise.all([page.waitForURL((url) => url.pathname.endsWith("/coding")), page.click("button:has-text('Finish')")]);
  await signIn(page, "lead");
  await page.goto(`${server.origin}/studies/${server.made.study}/clips`);
  await page.screenshot({ path: "node_modules/.playwright-output/recordings-1280.png", fullPage: true });
  await page.goto(`${server.origin}/studies/${server.made.study}/reliability`);
  await page.screenshot({ path: "node_modules/.playwright-output/reliability-1280.png", fullPage: true });
  // From the lowest kappa of the team to the seconds that caused it, and they play.
  await page.locator("table a[href^='#pair']").first().click();
  const difference = page.locator("a[href*='&at=']").first();
  const address = await difference.getAttribute("href");
  const at = Number(/at=(\d+)/.exec(address ?? "")?.[1]) / 1e6;
  await page.goto(`${server.origin}${address}`);
  await page.waitForSelector("body[data-ready=true]");
  await expect(page.locator("#differences li").first()).toBeVisible();
  const video = () => page.evaluate(() => {
    const { currentTime, paused } = document.querySelector("video") as HTMLVideoElement;
    return { currentTime, paused };
  });
  await expect.poll(async () => (await video()).paused).toBe(false);
  const { currentTime } = await video();
  expect(currentTime).toBeGreaterThan(Math.max(at - 1.2, 0) - 0.01);
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-side-by-side.png" });
});
