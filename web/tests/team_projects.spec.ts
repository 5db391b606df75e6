// A team's project of BORIS from the file to the page of agreement, in a real Chromium: what would happen, corrected
// row by row, brought, coded on by its coder, deleted again; at each width, and axe finds nothing.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page, test } from "@playwright/test";

import { PROGRAM, RoomServer, WHY_SKIPPED } from "./coding_room_server.js";

test.skip(PROGRAM === "", WHY_SKIPPED);
test.describe.configure({ mode: "serial" });

let server: RoomServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = new RoomServer();
  await server.start();
});

test.afterAll(() => server.end());

/** Bouts of looking, each a second long and a second apart, begun so many seconds late. */
const looks = (late: number) =>
  Array.from({ length: 12 }, (_, k) => [2 * k + 1 + late, "Baby", "looks at face", "", ""]).flatMap((row) => [row, [Number(row[0]) + 1, ...row.slice(1)]]);

function project(): Buffer {
  const observations: Record<string, unknown> = {};
  for (const clip of ["visit 1", "visit 2", "visit 3"]) {
    for (const [coder, late] of [["ann", 0], ["ben", 0.2]] as const) {
      const film = `/films/${clip}.mp4`;
      observations[`${clip} ${coder}`] = {
        type: "MEDIA", date: "2026-03-02T10:00:00", description: "", "time offset": 0,
        file: { 1: [film] }, media_info: { length: { [film]: 40 }, fps: { [film]: 25 } },
        independent_variables: { coder }, events: looks(late),
      };
    }
  }
  return Buffer.from(JSON.stringify({
    project_format_version: "7.0", project_name: "Home visits", project_description: "", project_date: "",
    observations,
    subjects_conf: { 0: { key: "b", name: "Baby", description: "" } },
    behaviors_conf: {
      0: { type: "State event", key: "f", code: "looks at face", description: "Eyes on the face.", color: "", category: "", excluded: "", modifiers: {} },
    },
  }));
}

async function usable(page: Page, name: string): Promise<void> {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  for (const width of [1280, 820, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, `${name} at ${width}`).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `node_modules/.playwright-output/${name}-${width}.png`, fullPage: true });
    // The page's policy takes no script from elsewhere; the test puts it in past the policy.
    const session = await page.context().newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: readFileSync(axe, "utf8") });
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
    });
    expect(found, `${name} at ${width}`).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

test("a lead brings a team's project and sees whether the coders agree", async ({ page }) => {
  test.setTimeout(180_000);
  await server.signIn(page, "lead");
  await page.goto(server.study("/clips"));
  await page.getByRole("link", { name: /Bring your team's projects/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bring your team's projects" })).toBeVisible();
  await usable(page, "team-projects");
  await page.getByLabel("The files").setInputFiles({ name: "visits.boris", mimeType: "application/json", buffer: project() });
  await page.getByRole("button", { name: "Look at what would happen" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "What would be brought" })).toBeVisible();
  // Nobody is guessed: who ann and ben are is asked, and the way to the field leads there.
  const problems = page.getByRole("alert");
  await expect(problems).toContainText("Say who “ann” is");
  await usable(page, "team-project-problems");
  await problems.getByRole("link", { name: /Say who “ann” is/ }).click();
  expect(page.url()).toContain("#coder-is.0");
  await page.getByLabel("Who ann is").selectOption({ index: 1 });
  const ann = await page.getByLabel("Who ann is").locator("option:checked").textContent();
  await page.getByLabel("Who ben is").selectOption(":left");
  await page.getByLabel("Scheme", { exact: true }).selectOption(":new");
  await page.getByRole("button", { name: "Look again with these choices" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText("6 observations in 1 file")).toBeVisible();
  await usable(page, "team-project");
  await page.getByRole("button", { name: "Bring 6 codings into the study" }).click();
  await expect(page.getByRole("rowheader", { name: "visits.boris" })).toBeVisible();
  await page.getByRole("row", { name: /visits.boris/ }).getByRole("link", { name: "Can the coders be trusted?" }).click();
  await expect(page.locator("main")).toContainText("ben (coded elsewhere)");
  await expect(page.locator("main")).toContainText(ann ?? "nobody");
  await expect(page.locator("main")).toContainText("looks at face");
});

test("a coder opens what was brought for them under a neutral name, without its film", async ({ page }) => {
  await server.signIn(page, "lead");
  await page.goto(server.study("/clips"));
  const own = await page.locator("tr", { hasText: "visit 1" }).locator("a[href*='/coding/']").first().getAttribute("href");
  await page.goto(`${server.origin}${own}`);
  await page.waitForSelector("body[data-ready=true]");
  await expect(page.locator("#events-count")).toHaveText(/1[23]/);
  await expect(page.locator("#live-go")).toBeHidden();
  for (const login of ["coder", "second"]) {
    await server.signIn(page, login);
    await page.goto(server.study("/coding"));
    await expect(page.locator("main")).not.toContainText(/visit|ann|ben|2026-03/);
  }
});

test("what was brought is deleted again", async ({ page }) => {
  await server.signIn(page, "lead");
  await page.goto(server.study("/clips/projects"));
  const row = page.getByRole("row", { name: /visits.boris/ });
  await row.getByText("Delete it again").click();
  await row.getByRole("button", { name: "Delete 6 codings" }).click();
  await expect(page.getByRole("row", { name: /visits.boris/ })).toContainText("deleted again");
  await page.goto(server.study("/clips"));
  await expect(page.locator("main")).not.toContainText("visit 1");
});
