// The room by finger and by mouse: whoever has no keyboard can answer what an act asks, step by frames and delete;
// whoever has one keeps Space and Enter after a press of the mouse.
import { expect, type Page, test } from "@playwright/test";

import { burntIn, PROGRAM, RoomServer, saved, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

const events = async (page: Page) => {
  await saved(page);
  return (await server.stored(page, server.made.coding)).events.map(([, event]) => event);
};

test("a tablet without keys codes an act to somebody, a detail, a point, and deletes", async ({ browser }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ viewport: { width: 820, height: 1180 }, hasTouch: true });
  const page = await context.newPage();
  await server.signIn(page, "coder");
  await server.open(page, server.made.coding);
  const tap = (selector: string) => page.locator(selector).tap();
  await tap("[data-go=frame-on]");
  await tap("[data-go=frame-on]");
  await page.waitForFunction(() => document.body.dataset["frame"] === "2" && document.body.dataset["settled"] === "true");
  expect(await burntIn(page, server.made.square)).toBe(2);
  // To whom: the second of the list, by finger.
  await tap("#keys [data-code=speaks]");
  await page.screenshot({ path: "node_modules/.playwright-output/coding-room-touch-target.png" });
  await tap("#details [data-key='2']");
  // A detail of a state.
  await tap("#keys [data-code=sings]");
  await tap("#details [data-key='2']");
  await saved(page);
  const all = (await server.stored(page, server.made.coding)).events.map(([, event]) => event as unknown as Record<string, unknown>);
  expect(all.find((one) => one["behaviour"] === "speaks")?.["target"]).toBe("staff");
  expect(all.find((one) => one["behaviour"] === "sings")?.["modifiers"]).toEqual({ loudness: ["loud"] });
  const before = (await events(page)).length;
  await tap("#delete");
  expect((await events(page)).length).toBe(before - 1);
  await tap("#undo");
  expect((await events(page)).length).toBe(before);
  // An act that asks may be left out.
  await tap("[data-go=second-on]");
  await page.waitForFunction(() => document.body.dataset["settled"] === "true");
  await tap("#keys [data-code=speaks]");
  await tap("#keys [data-code=speaks]");
  await tap("#details [data-key=Escape]");
  await expect(page.locator("#details")).toBeHidden();
  await context.close();
});

test("after a press of the mouse Space still plays and Enter still loops", async ({ page }) => {
  test.setTimeout(120_000);
  await server.signIn(page, "coder");
  await server.open(page, server.made.coding);
  const version = async () => {
    await saved(page);
    return (await server.stored(page, server.made.coding)).version;
  };
  const before = await version();
  await page.click("#undo");
  expect(await version()).toBe(before + 1);
  await page.keyboard.press(" ");
  await page.waitForFunction(() => document.querySelector("video")?.paused === false);
  await page.keyboard.press(" ");
  await page.waitForFunction(() => document.querySelector("video")?.paused === true);
  await page.click("#events summary");
  await page.locator("#events ol button").first().click();
  await page.keyboard.press(" ");
  await page.waitForFunction(() => document.querySelector("video")?.paused === false);
  await page.keyboard.press(" ");
  expect(await version(), "no button was pressed again").toBe(before + 1);
  await page.click("[data-go=slower]");
  await expect(page.locator("#rate")).toContainText("0.75 ×");
});
