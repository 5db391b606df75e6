// How the application looks and is handled: menus without script, keyboard alone, touch, magnified text, print,
// tables as files, and a first page of the demonstration whose steps lead somewhere.
import { readFileSync } from "node:fs";
import { expect, test, type Page } from "@playwright/test";
import { csvOf, fileNameOf } from "../src/parts/table_download.js";
import { signInAs } from "./demo_people.js";

const address = process.env.ATTUNE_APPLICATION ?? "";
const signIns = process.env.ATTUNE_SIGN_INS ?? "";
const hostel = "/studies/hostel-clinic";

test("cells are quoted, and nothing becomes a formula", () => {
  expect(csvOf([["a", 'say "yes"'], ["1,5", "two\nlines"]])).toBe('a,"say ""yes"""\r\n"1,5","two\nlines"\r\n');
  expect(csvOf([["=1+1", "@x", "-3.5", "+4", "-"]])).toBe("'=1+1,'@x,-3.5,+4,'-\r\n");
  expect(fileNameOf("Families by site: Café")).toBe("families-by-site-cafe");
});

test.describe("in the application", () => {
  test.skip(address === "", "no application is running");

  test("places are in reach at each width without script, by keyboard alone", async ({ browser }) => {
    const context = await signInAs(browser, address, signIns, "facilitator", { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(hostel);
    const families = page.getByRole("navigation", { name: "This study" }).getByRole("link", { name: "Families" });
    await expect(families).toBeVisible();
    await page.setViewportSize({ width: 360, height: 700 });
    await expect(families).toBeHidden();
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
    const menu = page.getByRole("navigation", { name: "This study" }).locator("summary");
    for (let step = 0; step < 12 && !(await menu.evaluate((one) => one === document.activeElement)); step += 1) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await expect(families).toBeVisible();
    await families.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Families" })).toBeVisible();
    await context.close();
  });

  test("what is touched on a tablet is large enough, and focus is seen", async ({ browser }) => {
    const context = await signInAs(browser, address, signIns, "assessor", { hasTouch: true, viewport: { width: 800, height: 1100 } });
    const page = await context.newPage();
    for (const path of [hostel, `${hostel}/families`, `${hostel}/families/D005`, `${hostel}/families/D005/assessments/new?instrument=phq-9&wave=month-12`]) {
      await page.goto(path);
      expect.soft(await tooSmall(page), path).toEqual([]);
    }
    const choice = page.locator(".choice").first();
    const box = await choice.boundingBox();
    // The far edge of the box chooses as well as the circle.
    await page.touchscreen.tap((box?.x ?? 0) + (box?.width ?? 0) - 8, (box?.y ?? 0) + 8);
    await expect(choice.getByRole("radio")).toBeChecked();
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).toBe("solid");
    await context.close();
  });

  test("at 200 % nothing scrolls sideways, and the consent copy prints without its frame", async ({ browser }) => {
    const context = await signInAs(browser, address, signIns, "visitor", { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
    const page = await context.newPage();
    for (const path of ["/", hostel, `${hostel}/families`, `${hostel}/families/D001`, `${hostel}/schedule`, "/account", "/design"]) {
      await page.goto(path);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(640);
    }
    await page.emulateMedia({ media: "print" });
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    for (const frame of [".top", ".foot"]) await expect(page.locator(frame)).toBeHidden();
    await context.close();
  });

  test("a table is sorted by a click and leaves as a file that says that it is simulated", async ({ browser }) => {
    const context = await signInAs(browser, address, signIns, "statistician");
    const page = await context.newPage();
    await page.goto(hostel);
    const frame = page.getByRole("region", { name: "Recruitment and retention by site" });
    await frame.getByRole("button").last().click();
    await expect(frame.locator("th[aria-sort]")).toHaveCount(1);
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: /Download this table.*Recruitment and retention by site/ }).click();
    const file = await waiting;
    expect(file.suggestedFilename()).toMatch(/^simulated-[\w-]+\.csv$/);
    const lines = readFileSync(await file.path(), "utf8").replace("\ufeff", "").trim().split("\r\n");
    expect(lines[0]).toMatch(/,data$/);
    expect(lines.length).toBe(1 + (await frame.locator("tbody tr").count()));
    expect(lines.slice(1).every((line) => line.endsWith(",simulated"))).toBe(true);
    await context.close();
  });

  test("a table with a row per family is a file only for those who may export", async ({ browser }) => {
    const context = await signInAs(browser, address, signIns, "facilitator");
    const page = await context.newPage();
    await page.goto(`${hostel}/families`);
    await expect(page.getByRole("row").nth(1)).toBeVisible();
    await expect(page.getByRole("button", { name: /Download this table/ })).toHaveCount(0);
    await context.close();
  });

  test("each step of the demonstration's first page leads to a page that answers", async ({ browser }) => {
    test.setTimeout(120_000);
    // Whoever codes film is shown that the findings are closed.
    const closed = ["observer /studies/hostel-clinic/findings"];
    for (const who of ["observer", "analyst", "auditor", "facilitator"]) {
      const context = await signInAs(browser, address, signIns, who);
      const page = await context.newPage();
      await page.goto("/");
      const steps = await page.locator(".steps a").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
      expect(steps.length, who).toBeGreaterThan(0);
      for (const step of steps) {
        const answer = await page.goto(step);
        expect.soft(answer?.status(), `${who} ${step}`).toBe(closed.includes(`${who} ${step}`) ? 403 : 200);
      }
      await context.close();
    }
  });
});

/** What can be pressed and is lower than 44 px, links within sentences apart. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pressed = document.querySelectorAll<HTMLElement>("button, .button, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), .choice, .menu > summary, .places a");
    return [...pressed]
      .filter((one) => one.checkVisibility() && !one.matches(".as-link, .sort") && one.getBoundingClientRect().height < 44)
      .map((one) => `${one.tagName} ${one.className} ${one.textContent?.trim().slice(0, 30)}: ${one.getBoundingClientRect().height}`);
  });
}
