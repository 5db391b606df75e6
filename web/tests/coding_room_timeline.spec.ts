// Reshaping what was coded, with the mouse and by keys; holding keys; the reaction lag; two browsers; four
// cameras; the film of a session that was coded while it happened. In a real Chromium, on exact frames.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";

import { burntIn, frameTimes, held, PROGRAM, RoomServer, saved, showFrame, type StoredEvent, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

/** Deletes whatever was coded, so that each test begins with nothing. */
async function emptied(page: Page, coding: string): Promise<void> {
  await server.open(page, coding);
  for (let n = (await server.stored(page, coding)).events.length; n > 0; n -= 1) {
    await page.keyboard.press("PageUp");
    await page.keyboard.press("Delete");
  }
  await saved(page);
  expect((await server.stored(page, coding)).events).toEqual([]);
  await showFrame(page, 0, "Home");
}

/** What is stored of a behaviour, in order, once everything is saved. */
async function stored(page: Page, coding: string, behaviour: string): Promise<StoredEvent[]> {
  await saved(page);
  const { events } = await server.stored(page, coding);
  return events.map(([, event]) => event).filter((event) => event.behaviour === behaviour);
}

const edges = (events: StoredEvent[]) => events.map((event) => [event.start_frame, event.stop_frame]);

/** Goes forward, frame by frame. */
async function forward(page: Page, from: number, to: number): Promise<void> {
  for (let frame = from + 1; frame <= to; frame += 1) await showFrame(page, frame, "ArrowRight");
}

/** A bout of one infant from frame 10 to frame 30, selected. */
async function bout(page: Page, coding: string): Promise<void> {
  await emptied(page, coding);
  await forward(page, 0, 10);
  await page.keyboard.press("f");
  await forward(page, 10, 30);
  await page.keyboard.press("f");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 30]]);
}

test("an edge is dragged on the timeline and lies on a frame", async ({ page }) => {
  test.setTimeout(90_000);
  const coding = server.made.second;
  await server.signIn(page, "second");
  await bout(page, coding);
  const times = await frameTimes(page, server.study(`/coding/${coding}`));
  // Closer, until a frame is some pixels wide; then the bout's end is where the present is.
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("+");
  const canvas = page.locator("#timeline canvas").first();
  const box = (await canvas.boundingBox())!;
  // The line of the present is drawn in the upper canvas: where it stands is the end of the bout.
  const lineAt = () => page.evaluate(() => {
    const over = document.querySelector("#timeline canvas.now") as HTMLCanvasElement;
    const { data } = (over.getContext("2d") as CanvasRenderingContext2D).getImageData(0, over.height - 4, over.width, 1);
    const pixel = Array.from({ length: over.width }, (_, x) => data[x * 4 + 3] ?? 0).findIndex((shade) => shade > 0);
    return pixel / (window.devicePixelRatio || 1);
  });
  await expect.poll(lineAt).toBeGreaterThan(0);
  const end = await lineAt();
  // A bout has its row beneath ruler and sound; the pointer says where an edge can be taken.
  let row = 0;
  for (let y = 30; y < box.height && row === 0; y += 4) {
    await page.mouse.move(box.x + end, box.y + y);
    if (await canvas.evaluate((one) => one.classList.contains("on-edge"))) row = y;
  }
  expect(row, "an edge can be taken").toBeGreaterThan(0);
  await page.mouse.move(box.x + end, box.y + row);
  await page.mouse.down();
  await page.mouse.move(box.x + end + 60, box.y + row, { steps: 6 });
  await page.mouse.up();
  const [event] = await stored(page, coding, "at-face");
  expect(event?.start_frame).toBe(10);
  expect(event?.stop_frame).toBeGreaterThan(30);
  expect(event?.stop, "the end is the begin of a frame of the container").toBe(times[event?.stop_frame ?? 0]);
  await page.keyboard.press("Control+z");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 30]]);
});

test("a bout is cut, joined again, and nudged frame by frame", async ({ page }) => {
  test.setTimeout(90_000);
  const coding = server.made.second;
  await server.signIn(page, "second");
  await bout(page, coding);
  for (let frame = 29; frame >= 20; frame -= 1) await showFrame(page, frame, "ArrowLeft");
  await page.keyboard.press("/");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 20], [20, 30]]);
  await page.keyboard.press("\\");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 30]]);
  await page.keyboard.press(".");
  await page.keyboard.press(".");
  await page.keyboard.press("<");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[9, 32]]);
  await expect(page.locator("body")).toHaveAttribute("data-frame", "9");
  await page.keyboard.press(",");
  await page.keyboard.press(">");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 31]]);
  for (let n = 0; n < 7; n += 1) await page.keyboard.press("Control+z");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 30]]);
});

test("held, a state lasts as long as its key is down", async ({ page }) => {
  test.setTimeout(90_000);
  const coding = server.made.second;
  await server.signIn(page, "second");
  await emptied(page, coding);
  await page.keyboard.press("F2");
  await expect(page.locator("#hold")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("2");
  await page.keyboard.press(" ");
  await page.waitForFunction(() => Number(document.body.dataset["frame"]) > 5);
  await page.keyboard.down("s");
  // A key that is held repeats itself: that begins nothing new.
  await page.keyboard.down("s");
  const begun = Number(await page.getAttribute("body", "data-frame"));
  await page.waitForFunction((from) => Number(document.body.dataset["frame"]) > from + 10, begun);
  expect((await stored(page, coding, "sings")).map((event) => event.stop)).toEqual([null]);
  await page.keyboard.up("s");
  const ended = Number(await page.getAttribute("body", "data-frame"));
  await page.keyboard.press(" ");
  const [event, ...others] = await stored(page, coding, "sings");
  expect(others).toEqual([]);
  expect(event?.start_frame).toBeLessThanOrEqual(begun);
  expect(event?.stop_frame).toBeGreaterThan(begun + 10);
  expect(event?.stop_frame).toBeLessThanOrEqual(ended);
});

test("while it plays, events are set earlier by the reaction lag", async ({ page }) => {
  test.setTimeout(90_000);
  const coding = server.made.second;
  await server.signIn(page, "second");
  await emptied(page, coding);
  const times = await frameTimes(page, server.study(`/coding/${coding}`));
  await page.fill("#lag", "400");
  await page.press("#lag", "Enter");
  await page.keyboard.press("2");
  const expected = (frame: number) => times.filter((time) => time <= (times[frame] ?? 0) - 400_000).length - 1;
  // Paused, the coder has seen the frame and waits for nothing.
  await forward(page, 0, 3);
  await page.keyboard.press("m");
  expect((await stored(page, coding, "smile"))[0]?.start_frame).toBe(3);
  await page.keyboard.press(" ");
  await page.waitForFunction(() => Number(document.body.dataset["frame"]) > 30);
  // Which frame was shown at the press is read in the same breath.
  const shown = await page.evaluate(() => {
    const frame = Number(document.body.dataset["frame"]);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "m" }));
    return frame;
  });
  await page.keyboard.press(" ");
  const smiles = await stored(page, coding, "smile");
  expect(smiles[1]?.start_frame).toBe(expected(shown));
  expect(smiles[1]?.start).toBe(times[expected(shown)]);
});

test("two browsers on one coding: nobody's change is lost or overwritten, what no longer fits is listed", async ({ page, browser }) => {
  test.setTimeout(90_000);
  const coding = server.made.second;
  await server.signIn(page, "second");
  await bout(page, coding);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await server.signIn(other, "second");
  await server.open(other, coding);
  // One moves the end of the bout; the other, which has not seen that, deletes the bout, and smiles.
  await page.keyboard.press(".");
  expect(edges(await stored(page, coding, "at-face"))).toEqual([[10, 31]]);
  const changes = await held(other, "**/changes");
  const loading = await held(other, "**/data");
  await other.keyboard.press("PageDown");
  await other.keyboard.press("2");
  await other.keyboard.press("Delete");
  await changes.asked;
  await other.keyboard.press("m");
  changes.goOn();
  // The answer is no, and the coding is loaded again: whoever goes on coding meanwhile loses nothing of that either.
  await loading.asked;
  await other.keyboard.press("ArrowRight");
  await other.keyboard.press("m");
  loading.goOn();
  await other.waitForSelector("#conflict[open]");
  await expect(other.locator("#conflict li")).toHaveCount(1);
  await expect(other.locator("#conflict li")).toContainText("At the carer's face");
  await other.keyboard.press("Escape");
  expect(edges(await stored(other, coding, "at-face"))).toEqual([[10, 31]]);
  expect((await stored(other, coding, "smile")).length).toBe(2);
  await elsewhere.close();
});

test("four cameras show the same moment, also after they played", async ({ page }) => {
  test.setTimeout(120_000);
  const { four, later, square } = server.made;
  await server.signIn(page, "second");
  await server.open(page, four);
  await expect(page.locator("#stage video")).toHaveCount(4);
  await expect(page.locator("#stage")).toHaveAttribute("data-cameras", "4");
  await page.waitForFunction(() => [...document.querySelectorAll("video")].every((video) => video.readyState >= 2));
  const times = await frameTimes(page, server.study(`/coding/${four}`));
  /** The frame that a camera shows at the middle of the first one's. */
  const wanted = (frame: number, camera: number) => {
    const middle = ((times[frame] ?? 0) + (times[frame + 1] ?? 0)) / 2 - (later[camera] ?? 0);
    return Math.max(times.filter((time) => time <= middle).length - 1, 0);
  };
  const allShow = async (frame: number) => {
    for (let camera = 0; camera < 4; camera += 1) {
      await expect.poll(() => burntIn(page, square, camera), `camera ${camera + 1} at frame ${frame}`).toBe(wanted(frame, camera));
    }
  };
  await forward(page, 0, 40);
  await allShow(40);
  for (let frame = 39; frame >= 35; frame -= 1) await showFrame(page, frame, "ArrowLeft");
  await allShow(35);
  await page.keyboard.press(" ");
  await page.waitForFunction(() => Number(document.body.dataset["frame"]) > 80);
  await page.keyboard.press(" ");
  await page.waitForFunction(() => document.querySelector("video")?.paused === true);
  // The last picture may come a moment after the pause.
  const stood = async () => Number(await page.getAttribute("body", "data-frame"));
  await expect.poll(async () => (await burntIn(page, square)) === (await stood())).toBe(true);
  await allShow(await stood());
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-four-cameras.png" });
});

test("a session that was coded while it happened gets its film of two cameras, and its codes keep their times", async ({ page }) => {
  test.setTimeout(150_000);
  const { live, film, square } = server.made;
  await server.signIn(page, "coder");
  // The session's time is the test's: it stands while keys are pressed, however long that takes.
  await page.clock.install();
  await page.goto(server.study(`/coding/${live}`));
  await page.waitForSelector("body[data-ready=true]");
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.keyboard.press(" ");
  await expect(page.locator("body")).toHaveAttribute("data-live", "runs");
  // Two seconds bring the first sample; after it somebody claps.
  await page.clock.runFor(2200);
  await page.waitForSelector("#sample:not([hidden])");
  await page.keyboard.press("Escape");
  await page.keyboard.press("c");
  await page.click("#live-end");
  await expect(page.locator("body")).toHaveAttribute("data-live", "ended");
  await page.clock.resume();
  const [clap] = await stored(page, live, "clap");
  const clapped = clap?.start ?? 0;
  expect(clapped).toBeGreaterThan(1e6);

  for (const file of ["session.mp4", "side.mp4"]) {
    copyFileSync(join(import.meta.dirname, "../fixtures/drawn.mp4"), join(server.folder, "data/inbox", file));
  }
  await server.signIn(page, "lead");
  await page.goto(server.study(`/clips/${film}`));
  await page.selectOption("#file", "session.mp4");
  // What is wrong is told all at once, and nothing is taken in.
  await page.fill("#start", "soon");
  await page.fill("#cameras", "session.mp4 1\nnowhere.mp4 2");
  await page.click("button:has-text('Lay it under the coding')");
  await expect(page.locator("main")).toContainText("Give the second of the coder's clock");
  await expect(page.locator("main")).toContainText("session.mp4 is named twice");
  await expect(page.locator("main")).toContainText("No file nowhere.mp4 waits in the inbox");
  await page.goto(server.study(`/clips/${film}`));
  await page.selectOption("#file", "session.mp4");
  // The camera ran a second and a half before the coder began; another one joined it four tenths later.
  await page.fill("#start", "-1.5");
  await page.fill("#cameras", "side.mp4 0.4");
  await page.click("button:has-text('Lay it under the coding')");
  await expect.poll(async () => {
    await page.goto(server.study(`/clips/${film}`));
    return page.locator("#line-up").count();
  }, { timeout: 90_000, intervals: [1500] }).toBe(1);

  const times = await frameTimes(page, server.study(`/coding/${live}`));
  /** Goes to the clap; the film shows the moment at which the coder pressed the key. */
  const atTheClap = async (start: number, later: number) => {
    // The middle of what the first camera shows is this frame of the other one.
    const other = (frame: number) => {
      const middle = ((times[frame] ?? 0) + (times[frame + 1] ?? 0)) / 2;
      return times.filter((time) => time + later <= middle).length - 1;
    };
    await server.signIn(page, "coder");
    await server.open(page, live);
    await page.keyboard.press("PageDown");
    while (!((await page.textContent("#selection")) ?? "").includes("Claps")) await page.keyboard.press("PageDown");
    const frame = times.filter((time) => time + start <= clapped).length - 1;
    await page.waitForFunction((wanted) => document.body.dataset["frame"] === String(wanted) && document.body.dataset["settled"] === "true", frame);
    await expect.poll(() => burntIn(page, square)).toBe(frame);
    await expect.poll(() => burntIn(page, square, 1)).toBe(other(frame));
    expect((await stored(page, live, "clap"))[0]?.start, "codes keep the coder's clock").toBe(clapped);
  };
  await atTheClap(-1_500_000, 400_000);

  await server.signIn(page, "lead");
  await page.goto(server.study(`/clips/${film}/align`));
  await page.waitForSelector("body[data-ready=true]");
  // What was coded gives the clock; the line stands on the clap, and the film is slid beneath it by mouse.
  const [codes, camera] = [page.getByRole("slider", { name: "What was coded" }), page.getByRole("slider", { name: "Camera 1" })];
  await expect(codes).toHaveAttribute("aria-valuetext", `the line is at ${(clapped / 1e6).toFixed(3).padStart(6, "0").replace(/^/, "00:")}`);
  await expect(camera).toHaveAttribute("aria-valuetext", "begins at -1.500 s");
  await camera.scrollIntoViewIfNeeded();
  const box = (await camera.boundingBox()) as { x: number; y: number; width: number };
  await page.mouse.move(box.x + 300, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 340, box.y + 60, { steps: 8 });
  await page.mouse.up();
  const dragged = Number(await page.inputValue("#start1"));
  // The view is twenty seconds wide.
  expect(dragged).toBeCloseTo(-1.5 + (40 / (box.width - 2)) * 20, 2);
  await page.fill("#start1", "0.25");
  // Both are the same film: by their sound they begin together, on the coder's clock.
  await expect(page.getByRole("slider", { name: "Camera 2" })).toHaveAttribute("aria-valuetext", "begins at -1.100 s");
  await page.getByRole("slider", { name: "Camera 2" }).focus();
  await page.keyboard.press("f");
  await expect(page.locator("#start2")).toHaveValue("0.25");
  await page.screenshot({ path: "node_modules/.playwright-output/alignment-live-two-cameras.png", fullPage: true });
  await page.click("button:has-text('Keep this')");
  await expect(page.locator("#kept")).toContainText("Kept");
  await atTheClap(250_000, 0);
});
