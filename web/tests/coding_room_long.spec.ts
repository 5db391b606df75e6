// A film of two hours with five thousand events, in a real Chromium: how often the picture and the timeline are
// drawn while it plays, and while the timeline is scrolled and brought closer. Told, never judged. It takes
// some minutes, so it runs where ATTUNE_LONG_FILM asks for it: `yes`, or the path of a film.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";

import { PROGRAM, RoomServer, saved, WHY_SKIPPED } from "./coding_room_server.js";

const ASKED = process.env["ATTUNE_LONG_FILM"] ?? "";
const N_EVENTS = 5000;
const SECONDS = 7200;

test.skip(PROGRAM === "", WHY_SKIPPED);
test.skip(ASKED === "", "a film of two hours is made and played where ATTUNE_LONG_FILM asks for it");

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(900_000);
  server = new RoomServer();
  await server.start();
  const inbox = join(server.folder, "data/inbox/long.mp4");
  if (existsSync(ASKED)) copyFileSync(ASKED, inbox);
  else execFileSync("ffmpeg", ["-loglevel", "error", "-f", "lavfi", "-i", `testsrc=size=320x240:rate=25:duration=${SECONDS}`,
    "-f", "lavfi", "-i", `sine=frequency=300:sample_rate=8000:duration=${SECONDS}`, "-c:v", "libx264", "-preset", "ultrafast",
    "-crf", "40", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "16k", inbox]);
});

test.afterAll(() => server.end());

/** Times between two drawings while `during` goes on, in milliseconds, sorted. */
async function drawings(page: Page, milliseconds: number, during: () => Promise<void>): Promise<number[]> {
  const counted = page.evaluate((length) => new Promise<number[]>((done) => {
    const gaps: number[] = [];
    let last = performance.now();
    const end = last + length;
    const count = (now: number) => {
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(count);
      else done(gaps);
    };
    requestAnimationFrame(count);
  }), milliseconds);
  await during();
  return (await counted).sort((a, b) => a - b);
}

/** Milliseconds of script so far. */
async function script(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find((one) => one.name === "ScriptDuration")?.value ?? 0) * 1000;
  };
}

test("two hours with five thousand events play and scroll", async ({ page }) => {
  test.setTimeout(1_800_000);
  await page.setViewportSize({ width: 1280, height: 800 });
  await server.signIn(page, "lead");
  await page.goto(server.study("/clips"));
  await page.selectOption("select[name=file]", "long.mp4");
  await page.fill("input[name=title]", "Two hours");
  await page.selectOption("select[name=scheme]", "play-form");
  await page.click("button:has-text('Take it in')");
  await expect.poll(async () => {
    await page.goto(server.study("/clips"));
    return page.locator("table th a:has-text('Two hours')").count();
  }, { timeout: 1_500_000, intervals: [5000] }).toBe(1);
  await page.click("summary:has-text('Assign one recording by hand')");
  await page.selectOption("select[name=clip]", { label: "Two hours" });
  await page.selectOption("select[name=coder]", { label: "second of the test" });
  await page.click("button:has-text('Assign it')");

  await server.signIn(page, "second");
  await page.goto(server.study("/coding"));
  const own = await page.locator("main a[href*='/coding/']").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  const codings = [...new Set(own.map((address) => /coding\/([0-9a-f-]{36})$/.exec(address)?.[1] ?? ""))].filter((id) => id !== "");
  const known = [server.made.second, server.made.scanned, server.made.four];
  const coding = codings.find((id) => !known.includes(id)) ?? "";
  expect(coding).not.toBe("");
  const every = (SECONDS * 1e6) / N_EVENTS;
  const edits = Array.from({ length: N_EVENTS }, (_, n) => {
    const [behaviour, subject, point] = n % 3 === 0 ? ["smile", "carer", true] : n % 3 === 1 ? ["at-face", "infant-1", false] : ["sings", "carer", false];
    const start = Math.round(n * every);
    return { of: "event", id: `many-${n}`, before: null,
      after: { behaviour, subject, start, stop: point ? null : Math.round(start + every * 0.8), point } };
  });
  for (let base = 0; base * 1000 < N_EVENTS; base += 1) {
    const answer = await page.request.post(server.study(`/coding/${coding}/changes`), {
      headers: { origin: server.origin, "content-type": "application/json" },
      data: { key: `many ${base}`, base, doing: "do", edits: edits.slice(base * 1000, (base + 1) * 1000) },
    });
    expect(answer.status()).toBe(200);
  }
  const began = Date.now();
  await server.open(page, coding);
  console.log(`the room of two hours opened in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const soFar = await script(page);
  const canvas = page.locator("#timeline canvas").first();
  const box = (await canvas.boundingBox())!;
  const tell = async (what: string, during: () => Promise<void>) => {
    const before = await soFar();
    const gaps = await drawings(page, 8000, during);
    const each = ((await soFar()) - before) / gaps.length;
    const at = (share: number) => gaps[Math.floor((gaps.length - 1) * share)]?.toFixed(1);
    console.log(`${what}: ${(gaps.length / 8).toFixed(1)} drawings a second; between two ${at(0.5)} ms, one in twenty above ${at(0.95)}, longest ${at(1)}; ${each.toFixed(2)} ms of script for each`);
    // A room that does not draw at all would tell nothing.
    expect(gaps.length).toBeGreaterThan(8);
  };
  const wait = () => page.waitForTimeout(7500);
  await page.keyboard.press(" ");
  await tell("playing", wait);
  await tell("playing, timeline of the whole two hours", async () => {
    for (let n = 0; n < 14; n += 1) await page.keyboard.press("-");
    await wait();
  });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await tell("playing, scrolled and brought closer all the time", async () => {
    for (let n = 0; n < 60; n += 1) {
      await page.mouse.wheel(n % 2 ? 300 : -120, 0);
      if (n % 10 === 0) await page.keyboard.press(n % 20 ? "+" : "-");
      await page.waitForTimeout(100);
    }
  });
  await page.keyboard.press(" ");
  await saved(page);
});
