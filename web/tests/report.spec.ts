// The reports in a real browser: accessible in light and dark, nothing sent, usable by keyboard, on a
// phone, at double size, without script and on paper. Reports are all *.html in ATTUNE_REPORTS.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test, type Page } from "@playwright/test";

const folder = resolve(process.env.ATTUNE_REPORTS ?? "../target/reports");
const reports = readdirSync(folder).filter((name) => name.endsWith(".html"));
// Every profile of every study is looked at; what takes long is tried on the full reports and on all of one study.
const isSampled = (report: string) =>
  report.startsWith("hostel-clinic") || !/-(journal|commissioner|lay|annex)\.html$/.test(report);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

if (reports.length === 0) throw new Error(`no report in ${folder}`);

const address = (report: string) => pathToFileURL(join(folder, report)).href;

/** What axe finds, one line each. The page's policy forbids scripts, so axe comes past it. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  return page.evaluate(async () => {
    // @ts-expect-error axe is a global of the script just added
    const results = await axe.run(document, { resultTypes: ["violations"] });
    return results.violations.flatMap((violation: any) =>
      violation.nodes.map((node: any) => `${violation.id}: ${node.target} ${node.failureSummary}`),
    );
  });
}

for (const report of reports) {
  test.describe(report, () => {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`axe finds nothing to mend, ${colorScheme}`, async ({ browser }) => {
        test.setTimeout(120_000);
        const context = await browser.newContext({ colorScheme, bypassCSP: true });
        const page = await context.newPage();
        await page.goto(address(report));
        // Folded parts count as well.
        await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
        expect(await violations(page)).toEqual([]);
        await context.close();
      });
    }

    test("no request leaves the page", async ({ page }) => {
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(address(report));
      await page.waitForLoadState("networkidle");
      const elsewhere = requests.filter((url) => url !== address(report) && !url.startsWith("data:"));
      expect(elsewhere).toEqual([]);
    });

    test("it reports no error and breaks no rule of its own policy", async ({ page }) => {
      const messages: string[] = [];
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(error.message));
      await page.goto(address(report));
      expect(messages).toEqual([]);
    });

    for (const [name, width] of [["a phone", 360], ["a desktop at double size", 640]] as const) {
      test(`the page does not scroll sideways on ${name}`, async ({ page }) => {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(address(report));
        await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
        const tooWide = await page.evaluate(() => {
          const seen = document.documentElement.clientWidth;
          const inScroller = (e: Element) => e.closest(".scroll, pre") !== null && !e.matches(".scroll, pre");
          return [...document.body.querySelectorAll("*")]
            .filter((e) => !inScroller(e) && !e.closest("svg") && !e.matches(".skip"))
            .filter((e) => e.getBoundingClientRect().right > seen + 1)
            .map((e) => `${e.tagName}.${e.className}`);
        });
        expect(tooWide).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      });
    }

    test("letters in figures are large enough on a phone", async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto(address(report));
      const smallest = await page.evaluate(() => {
        const texts = [...document.querySelectorAll("figure svg text")] as SVGTextElement[];
        const shown = texts.filter((text) => text.getBoundingClientRect().width > 0);
        const sizes = shown.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM()!.a);
        return Math.min(...sizes, 16);
      });
      expect(smallest).toBeGreaterThan(10);
    });

    if (!isSampled(report)) return;

    test("the keyboard reaches every link, fold and wide table, in order, and shows where it is", async ({
      page,
    }) => {
      test.setTimeout(180_000);
      await page.goto(address(report));
      const expected = await page.evaluate(
        () => document.querySelectorAll("body > .skip, a[href], summary, [tabindex='0']").length,
      );
      await page.evaluate(() => {
        const seen = new Set<Element>();
        const invisible: string[] = [];
        Object.assign(window, { seen, invisible });
        document.addEventListener("focusin", (event) => {
          const target = event.target as HTMLElement;
          seen.add(target);
          if (getComputedStyle(target).outlineStyle === "none") invisible.push(target.outerHTML.slice(0, 80));
        });
      });
      await page.keyboard.press("Tab");
      await expect(page.locator(".skip")).toBeFocused();
      for (let presses = 1; presses < expected; presses++) await page.keyboard.press("Tab");
      const { reached, hidden, invisible } = await page.evaluate(() => ({
        reached: (window as any).seen.size as number,
        // What lies in a closed fold cannot be reached, nor need it be.
        hidden: [...document.querySelectorAll("details:not([open]) > :not(summary)")].flatMap((part) => [
          ...part.querySelectorAll("a[href], summary, [tabindex='0']"),
          ...(part.matches("[tabindex='0']") ? [part] : []),
        ]).length,
        invisible: (window as any).invisible as string[],
      }));
      expect(reached).toBe(expected - hidden);
      expect(invisible).toEqual([]);
    });

    test("folds open by keyboard and the data can be downloaded", async ({ page }) => {
      await page.goto(address(report));
      const fold = page.locator("details.data").first();
      test.skip((await fold.count()) === 0, "a report without figures");
      await fold.locator("summary").focus();
      await page.keyboard.press("Enter");
      await expect(fold).toHaveAttribute("open", "");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        fold.locator("a[download]").click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/\.csv$/);
    });

    test("everything is there without script", async ({ browser }) => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(address(report));
      await expect(page.locator("h1")).toBeVisible();
      const figures = page.locator("figure svg.wide");
      for (const figure of await figures.all()) await expect(figure).toBeVisible();
      const fold = page.locator("details").first();
      if ((await fold.count()) > 0) {
        await fold.locator("summary").click();
        await expect(fold).toHaveAttribute("open", "");
      }
      await context.close();
    });

    test("it prints, with its folds open", async ({ page }) => {
      await page.emulateMedia({ media: "print" });
      await page.goto(address(report));
      const folded = await page.evaluate(() =>
        [...document.querySelectorAll("details:not(.not-on-paper)")]
          .map((fold) => fold.querySelector(":scope > :not(summary, .download)"))
          .filter((part) => part !== null && part.getBoundingClientRect().height === 0)
          .map((part) => part!.outerHTML.slice(0, 80)),
      );
      expect(folded).toEqual([]);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      expect(pdf.length).toBeGreaterThan(20_000);
    });
  });
}
