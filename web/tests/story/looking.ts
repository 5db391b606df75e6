// Looking at a page: axe finds nothing, nothing scrolls sideways, a picture at three widths.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, type Page } from "@playwright/test";

const SHOTS = resolve(process.env.ATTUNE_SCREENSHOTS ?? "../target/screenshots");
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Everything that is said of a page that people come to. */
export async function look(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const before = page.viewportSize();
  for (const width of [360, 800, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(wide, `${name} at ${width}`).toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(SHOTS, `story-${name}-${width}.png`), fullPage: true });
  }
  expect.soft(await violations(page), name).toEqual([]);
  if (before !== null) await page.setViewportSize(before);
}

/** What axe finds, one line each. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(async () => {
    // @ts-expect-error axe is a global of the script just added
    const results = await axe.run(document, { resultTypes: ["violations"] });
    return results.violations.flatMap((violation: any) =>
      violation.nodes.map((node: any) => `${violation.id}: ${node.target} ${node.failureSummary}`),
    );
  });
}
