// What surrounds coding in a real Chromium: sessions without a recording, samples of time, a killed browser,
// recordings that are sent, projects of other tools, sound.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, test } from "@playwright/test";

import { keptChanges, PROGRAM, RoomServer, saved, showFrame, type Stored, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

const of = (stored: Stored, behaviour: string) => stored.events.map(([, event]) => event).filter((event) => event.behaviour === behaviour);

test("a session is coded while it happens, with samples of time, and goes on after the page was closed", async ({ page }) => {
  test.setTimeout(90_000);
  await page.setViewportSize({ width: 800, height: 1100 });
  await server.signIn(page, "coder");
  // The session's time is the test's: it stands while keys are pressed, however long that takes.
  await page.clock.install();
  await page.goto(server.study(`/coding/${server.made.live}`));
  await page.waitForSelector("body[data-ready=true]");
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.keyboard.press("c");
  await expect(page.locator("#said")).toContainText("has not begun");
  await page.keyboard.press(" ");
  await expect(page.locator("body")).toHaveAttribute("data-live", "runs");
  // Fingers on a tablet, keys on a keyboard: both code.
  await page.locator("#keys [data-code=clap]").tap({ timeout: 1000 }).catch(() => page.locator("#keys [data-code=clap]").click());
  await page.keyboard.press("1");
  await page.clock.runFor(500);
  await page.keyboard.press("n");
  await expect(page.locator("#sample")).toBeHidden();
  await page.clock.runFor(1700);
  await page.waitForSelector("#sample:not([hidden])");
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-live-800.png" });
  await page.keyboard.press("w");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page.locator("#sample")).toBeHidden();
  await page.keyboard.press(" ");
  await expect(page.locator("body")).toHaveAttribute("data-live", "paused");
  await saved(page);
  await page.reload();
  await page.waitForSelector("body[data-live=paused]");
  await page.keyboard.press(" ");
  await expect(page.locator("body")).toHaveAttribute("data-live", "runs");
  await page.click("#live-end");
  await saved(page);
  const stored = await server.stored(page, server.made.live);
  const [observed] = of(stored, "observed");
  expect(observed?.start).toBe(0);
  expect(observed?.stop).toBeGreaterThan(2e6);
  expect(of(stored, "clap").length).toBe(1);
  expect(of(stored, "clap")[0]?.start_frame).toBeUndefined();
  expect(of(stored, "near")[0]?.stop).toBe(observed?.stop);
  const away = of(stored, "away")[0];
  expect([away?.start, away?.stop, away?.sampled]).toEqual([0, 2e6, { way: "scan", number: 0 }]);
  expect(of(stored, "sampled").length).toBe(1);
  expect(of(stored, "not-codable")[0]?.stop).not.toBeNull();
});

test("a recording stops where a sample is due, and is not finished before every sample has its answer", async ({ page }) => {
  test.setTimeout(90_000);
  await server.signIn(page, "second");
  await server.open(page, server.made.scanned);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press(" ");
  await page.waitForSelector("#sample:not([hidden])");
  await page.waitForFunction(() => document.body.dataset["settled"] === "true");
  const shown = await page.evaluate(() => {
    const video = document.querySelector("video") as HTMLVideoElement;
    return { time: video.currentTime, paused: video.paused };
  });
  expect(shown.paused).toBe(true);
  // The last frame within the interval of two seconds.
  expect(shown.time).toBeLessThan(2);
  expect(shown.time).toBeGreaterThan(1.9);
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await page.keyboard.press("F8");
  await expect(page.locator("#sample")).toContainText("Carer: cannot be seen");
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-sample-1280.png" });
  await page.keyboard.press("w");
  await expect(page.locator("#sample")).not.toContainText("Carer: cannot be seen");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !(document.querySelector("video") as HTMLVideoElement).paused);
  await page.keyboard.press(" ");
  await saved(page);
  const events = (await server.stored(page, server.made.scanned)).events.map(([, event]) => [event.behaviour, event.subject, event.start, event.stop]);
  expect(events).toEqual(expect.arrayContaining([["near", "infant", 0, 2e6], ["away", "carer", 0, 2e6]]));
  // In the next one the carer is out of the picture: a sample that is missing of one person alone.
  await page.keyboard.press("F6");
  await page.waitForSelector("#sample:not([hidden])");
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await page.keyboard.press("F8");
  await page.keyboard.press("Enter");
  await expect(page.locator("#sample")).toBeHidden();
  await saved(page);
  const unseen = of(await server.stored(page, server.made.scanned), "not-codable");
  expect(unseen.map((event) => [event.subject, event.start, event.stop, event.sampled])).toEqual([
    ["carer", 2e6, 4e6, { way: "scan", number: 1 }],
  ]);
  await page.keyboard.press("Escape");
  await page.click("button:has-text('Finish')");
  await expect(page.locator("main")).toContainText("samples of time have no answer yet");
});

test("a killed browser and a killed server lose nothing but the key that is being pressed", async () => {
  test.setTimeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "coding-browser-"));
  const launch = () => chromium.launchPersistentContext(folder, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"],
  });
  const first = await launch();
  const page = await first.newPage();
  await server.signIn(page, "coder");
  await server.open(page, server.made.coding);
  await page.keyboard.press("2");
  await page.keyboard.press("m");
  await saved(page);
  server.kill();
  for (let frame = 1; frame <= 3; frame += 1) {
    await page.keyboard.press("m");
    await page.keyboard.press("ArrowRight");
  }
  await page.waitForFunction(() => document.body.dataset["waiting"] === "3");
  await expect.poll(() => keptChanges(page)).toBe(3);
  const browser = first.browser();
  const session = browser === null ? null : await browser.newBrowserCDPSession();
  const { id } = (session === null ? { id: 0 } : ((await session.send("SystemInfo.getProcessInfo")).processInfo.find((one) => one.type === "browser") ?? { id: 0 })) as { id: number };
  if (id > 0) process.kill(id, "SIGKILL");
  else await first.close();
  await server.start();
  const second = await launch();
  const again = await second.newPage();
  await server.signIn(again, "coder");
  expect((await server.stored(again, server.made.coding)).events.length).toBe(1);
  await server.open(again, server.made.coding);
  await saved(again);
  await expect.poll(async () => (await server.stored(again, server.made.coding)).events.length).toBe(4);
  await second.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a recording is sent in pieces, goes on after the line broke, and is taken in", async ({ page }) => {
  test.setTimeout(120_000);
  await server.signIn(page, "lead");
  await page.goto(server.study("/clips"));
  let broken = 0;
  await page.route(/\/uploads\/[0-9a-f]+\/4194304$/, async (route) => {
    broken += 1;
    if (broken === 1) await route.abort("connectionreset");
    else await route.continue();
  });
  const bytes = Buffer.alloc(9 * 1024 * 1024);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  await page.setInputFiles("#upload-file", { name: "session 3.mp4", mimeType: "video/mp4", buffer: bytes });
  await expect(page.locator("#upload-said")).toContainText("session 3.mp4 has arrived whole", { timeout: 60_000 });
  expect(broken).toBe(2);
  const film = readFileSync(join(import.meta.dirname, "../fixtures/drawn.mp4"));
  await page.setInputFiles("#upload-file", { name: "sent.mp4", mimeType: "video/mp4", buffer: film });
  await expect(page.locator("#upload-said")).toContainText("sent.mp4 has arrived whole", { timeout: 60_000 });
  expect(await page.inputValue("select[name=file]")).toBe("sent.mp4");
  await page.fill("input[name=title]", "Sent film");
  await page.click("button:has-text('Take it in')");
  await expect.poll(async () => {
    await page.goto(server.study("/clips"));
    return page.locator("table th a:has-text('Sent film')").count();
  }, { timeout: 60_000, intervals: [2000] }).toBe(1);
  await page.screenshot({ path: "node_modules/.playwright-output/recordings-sent-1280.png", fullPage: true });
  // What is no recording says so and stays in the inbox.
  await page.selectOption("select[name=file]", "session 3.mp4");
  await page.fill("input[name=title]", "Noise");
  await page.click("button:has-text('Take it in')");
  await expect.poll(async () => {
    await page.goto(server.study("/clips"));
    return page.locator("main").textContent();
  }, { timeout: 60_000, intervals: [1000] }).toContain("no recording that can be read");
});

/** As BORIS writes it: START and STOP are told apart by parity. */
const BORIS = {
  project_format_version: "7.0", project_name: "Home visits", project_date: "", project_description: "",
  behaviors_conf: {
    0: { type: "State event", key: "g", code: "gaze at face", description: "Eyes on the face", category: "", excluded: "", modifiers: {}, "coding map": "" },
    1: { type: "Point event", key: "v", code: "vocalises", description: "", category: "", excluded: "", modifiers: {}, "coding map": "" },
  },
  subjects_conf: { 0: { key: "b", name: "Baby", description: "" } },
  observations: Object.fromEntries(["visit 1", "visit 2"].map((name, place) => [name, {
    type: "LIVE", date: "2026-01-02T03:04:05", description: "", "time offset": 0, file: {}, media_info: {}, independent_variables: {},
    events: Array.from({ length: 6 + place }, (_, n) => [n + 1, n % 3 === 2 ? "" : "Baby", n % 3 === 2 ? "vocalises" : "gaze at face", "", ""]),
  }])),
  behavioral_categories: [], independent_variables: {}, coding_map: {}, behaviors_coding_map: [], converters: {},
};

test("a coder opens their own BORIS project, finds every event, goes on coding, and takes it back to BORIS", async ({ page }) => {
  test.setTimeout(60_000);
  await server.signIn(page, "coder");
  await page.goto(server.study("/coding"));
  await page.click("a:has-text('Bring the file')");
  await page.setInputFiles("#file", { name: "home.boris", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(BORIS)) });
  await page.click("button:has-text('Open it in the room')");
  await page.screenshot({ path: "node_modules/.playwright-output/brought-1280.png", fullPage: true });
  const opened = page.locator(".notice.good li");
  await expect(opened).toHaveCount(2);
  await expect(opened.first()).toContainText("4 events");
  await Promise.all([page.waitForURL(/\/coding\/[0-9a-f-]+$/), opened.first().locator("a").click()]);
  await page.waitForSelector("body[data-ready=true]");
  await page.click("#events summary");
  await expect(page.locator("#events li")).toHaveCount(4);
  await expect(page.locator("#events ol")).toContainText("Baby: gaze at face 00:01.000 – 00:02.000");
  await expect(page.locator("#events ol")).toContainText("No focal subject: vocalises");
  await page.keyboard.press("b");
  await page.keyboard.press("v");
  await saved(page);
  await expect(page.locator("#events li")).toHaveCount(5);
  const address = page.url();
  await page.goto(`${address}/export`);
  await expect(page.locator("tbody tr")).toHaveCount(9);
  const file = await page.request.get(`${address}/export/boris`);
  const project = (await file.json()) as { observations: Record<string, { events: unknown[] }> };
  // Two lines for the two bouts each, three points.
  expect(Object.values(project.observations)[0]?.events.length).toBe(7);
  // A file that is none says what is wrong.
  await page.goto(server.study("/coding/bring"));
  await page.setInputFiles("#file", { name: "broken.boris", mimeType: "application/json", buffer: Buffer.from("{\"observations\": [") });
  await page.click("button:has-text('Open it in the room')");
  await expect(page.locator(".problems")).toContainText("The file was not taken");
});

test("the sound is drawn as loudness and as spectrum, and stretches that cannot be coded are marked", async ({ page }) => {
  await server.signIn(page, "second");
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/spectrum/0") && answer.ok()), server.open(page, server.made.second)]);
  const colours = () => page.evaluate(() => {
    const canvas = document.querySelector("#timeline canvas") as HTMLCanvasElement;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    const { data } = context.getImageData(canvas.width / 2, 24, canvas.width / 4, 40);
    return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(at * 4, at * 4 + 3).join(" "))).size;
  });
  const before = await colours();
  // The answer is there before the page has read it; until then there is no spectrum to turn to.
  await expect(async () => {
    await page.keyboard.press("F7");
    await expect(page.locator("#said")).toContainText("Spectrum", { timeout: 300 });
  }).toPass();
  await expect.poll(colours).toBeGreaterThan(Math.max(before, 20));
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-spectrum-1280.png" });
  await page.keyboard.press("F8");
  for (let frame = 1; frame <= 10; frame += 1) await showFrame(page, frame, "ArrowRight");
  await page.keyboard.press("F8");
  await saved(page);
  const [stretch] = of(await server.stored(page, server.made.second), "not-codable");
  expect([stretch?.start_frame, stretch?.stop_frame]).toEqual([0, 10]);
});
