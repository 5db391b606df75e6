// A server without ffmpeg, without ffprobe, without both: what whoever leads and what a coder sees, and what
// still works. The server is started with a PATH that lacks them.
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

import { PROGRAM, RoomServer, saved, showFrame, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

/** A PATH that has these of the two programs and no other. */
function pathWith(...programs: string[]): string {
  const folder = join(server.folder, `path-${programs.join("-")}`);
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const found = (process.env["PATH"] ?? "").split(":").map((one) => join(one, program)).find((one) => existsSync(one));
    if (found === undefined) throw new Error(`${program} is not on this machine`);
    if (!existsSync(join(folder, program))) symlinkSync(found, join(folder, program));
  }
  return folder;
}

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
  copyFileSync(join(import.meta.dirname, "../fixtures/drawn.mp4"), join(server.folder, "data/inbox/waits.mp4"));
});

test.afterAll(() => server.end());

for (const [there, words] of [
  [["ffmpeg"], "The program ffprobe is not installed on this server: without it no recording can be taken in."],
  [["ffprobe"], "The program ffmpeg is not installed on this server: without it no recording can be taken in."],
  [[], "The programs ffmpeg and ffprobe are not installed on this server: without them no recording can be taken in."],
] as const) {
  const name = there.length === 0 ? "without both programs" : `with ${there.join()} alone`;
  test(`${name} the lead is told what to install, nothing is half taken in, and coders code`, async ({ page }) => {
    test.setTimeout(120_000);
    server.kill();
    await server.start(pathWith(...there));
    await server.signIn(page, "lead");
    await page.goto(server.study("/clips"));
    const notice = page.locator("#not-installed");
    await expect(notice).toContainText(words);
    await expect(notice).toContainText("apt install ffmpeg");
    await expect(notice).toContainText("sessions can be coded while they happen");
    if (there.length === 0) await page.screenshot({ path: "node_modules/.playwright-output/without-ffmpeg.png", fullPage: true });
    const before = await page.locator("main table tbody tr").count();
    await page.selectOption("select[name=file]", "waits.mp4");
    await page.fill("input[name=title]", "Cannot be read yet");
    await page.click("button:has-text('Take it in')");
    await expect(page.locator(".problems")).toContainText(words);
    // What was typed is still there, the file still waits, and there is no half of a recording.
    await expect(page.locator("input[name=title]")).toHaveValue("Cannot be read yet");
    expect(existsSync(join(server.folder, "data/inbox/waits.mp4"))).toBe(true);
    await page.goto(server.study("/clips"));
    expect(await page.locator("main table tbody tr").count()).toBe(before);
    // A session's film is refused in the same words.
    await page.goto(server.study(`/clips/${server.made.film}`));
    await page.selectOption("#file", "waits.mp4");
    await page.click("button:has-text('Lay it under the coding')");
    await expect(page.locator("main")).toContainText(words);
    // A session that is coded while it happens needs no program.
    await page.goto(server.study("/clips"));
    await page.selectOption("select[name=file]", ":live");
    await page.fill("input[name=title]", `Live ${name}`);
    await page.click("button:has-text('Take it in')");
    await expect(page.locator("main table")).toContainText(`Live ${name}`);

    await server.signIn(page, "coder");
    await page.goto(server.study("/coding"));
    await expect(page.locator("body")).not.toContainText("ffmpeg");
    await server.open(page, server.made.coding);
    await expect(page.locator("body")).not.toContainText("ffmpeg");
    await showFrame(page, 1, "ArrowRight");
    const events = (await server.stored(page, server.made.coding)).events.length;
    await page.keyboard.press("2");
    await page.keyboard.press("m");
    await saved(page);
    expect((await server.stored(page, server.made.coding)).events.length).toBe(events + 1);
    await page.keyboard.press("Control+z");
    await saved(page);
  });
}

test("with both again what waited is taken in", async ({ page }) => {
  test.setTimeout(120_000);
  server.kill();
  await server.start();
  await server.signIn(page, "lead");
  await page.goto(server.study("/clips"));
  await expect(page.locator("#not-installed")).toHaveCount(0);
  await page.selectOption("select[name=file]", "waits.mp4");
  await page.fill("input[name=title]", "It can be read");
  await page.click("button:has-text('Take it in')");
  await expect.poll(async () => {
    await page.goto(server.study("/clips"));
    return page.locator("main table tbody tr", { hasText: "It can be read" }).count();
  }, { timeout: 90_000, intervals: [1500] }).toBe(1);
  expect(existsSync(join(server.folder, "data/inbox/waits.mp4"))).toBe(false);
});
