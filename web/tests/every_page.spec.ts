// Every page of the table of routes, as somebody comes to it: by links, from the pages that they begin at. None
// scrolls sideways at any width or at 200 %, axe finds nothing in light and in dark, what is touched is large
// enough. A new row of the table is looked at by itself; one to which no link leads is a failure.
//
// ATTUNE_SCREENSHOTS=DIR keeps a picture of each page and width; with ATTUNE_LOOK_AT=all each study is gone
// through by each person, for whoever wants to see everything.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, test, type BrowserContext, type Page } from "@playwright/test";
import { signInAs } from "./demo_people.js";

const address = process.env.ATTUNE_APPLICATION ?? "";
const signIns = process.env.ATTUNE_SIGN_INS ?? "";
const shots = process.env.ATTUNE_SCREENSHOTS;
const everything = process.env.ATTUNE_LOOK_AT === "all";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const studies = ["hostel-clinic", "community-clinic", "early-intervention"];

/** Where people begin; everything else is found from there. */
const beginnings: Record<string, string[]> = {
  nobody: ["/sign-in", "/welcome", "/design", "/studies", "/no-such-page", "/studies/no-such-study"],
  manager: ["/people", "/", "/account", ...studies.map((study) => `/studies/${study}`), "/studies/early-intervention/arms", "/studies/community-clinic/reliability"],
  evaluator: ["/studies/hostel-clinic/plan", "/studies/early-intervention/findings", "/studies/early-intervention/plan/unblind"],
  assessor: ["/studies/hostel-clinic", "/studies/hostel-clinic/families/D005", "/studies/hostel-clinic/findings"],
  observer: ["/studies/community-clinic/coding"],
};
if (everything) {
  for (const who of ["evaluator", "statistician", "assessor", "visitor", "facilitator", "observer", "analyst", "auditor"]) {
    beginnings[who] = ["/", ...studies.map((study) => `/studies/${study}`)];
  }
}

/** Rows that answer with something other than a page, or with a page that only a moment has. */
const noPages: Record<string, string> = {
  "/healthz": "a word for machines",
  "/assets/{fingerprint}/{file}": "a file",
  "/studies/publication.css": "a file",
  "/studies/icon.svg": "a file",
  "/studies/choice.js": "a file",
  "/studies/{study}/figures/{file}": "a picture",
  "/visits/{figure}": "a picture",
  "/account/still-here": "a word for the page's script",
  "/studies/{study}/measures.csv": "a table as a file",
  "/studies/{study}/reports/{file}": "a report as a file",
  "/studies/{study}/clips/export/{format}": "codings as a file",
  "/studies/{study}/clips/projects/{bringing}": "only while files wait; team_projects.spec.ts looks at it",
  "/studies/{study}/clips/projects/{bringing}/scheme": "a scheme as a file",
  "/studies/{study}/clips/{clip}/align": "only with a second camera or codes from a live session; alignment.spec.ts lines them up",
  "/studies/{study}/clips/{clip}/align/data": "data of lining up",
  "/studies/{study}/clips/{clip}/media/{angle}": "film",
  "/studies/{study}/clips/{clip}/frames/{angle}": "data of lining up",
  "/studies/{study}/clips/{clip}/loudness/{angle}": "data of lining up",
  "/studies/{study}/coding/{coding}/export/{format}": "a coding as a file",
  "/studies/{study}/coding/{coding}/scheme/{format}": "a scheme as a file",
  "/studies/{study}/coding/{coding}/data": "data of the coding room",
  "/studies/{study}/coding/{coding}/media/{angle}": "film",
  "/studies/{study}/coding/{coding}/frames/{angle}": "data of the coding room",
  "/studies/{study}/coding/{coding}/loudness/{angle}": "data of the coding room",
  "/studies/{study}/coding/{coding}/spectrum/{angle}": "data of the coding room",
  "/first-run": "only on a server without people; the story begins with it",
  "/sign-in/code": "only after a password; the story types one",
  "/sign-in/again": "only after some minutes of a session",
  "/account/second-factor": "only without a second factor; the story sets one up",
  "/studies/{study}/families/{family}/consent/{consent}": "only after an answer; the story records one and looks at its copy",
  "/studies/{study}/families/{family}/withdraw": "only after a yes; the story takes one back",
  "/studies/{study}/forms/{form}/compare": "only after a second entry",
};

/** Paths that are asked for with GET, as the table has them. */
function table(): string[] {
  const text = readFileSync(resolve("../crates/attune-web/src/routes.rs"), "utf8");
  return [...text.matchAll(/Route::get\("([^"]+)"/g)].map((found) => found[1] ?? "");
}

const routes = table();

/** The row that answers an address: of those that fit, the one with the fewest gaps. */
function rowOf(href: string): string | undefined {
  const parts = href.replace(/[?#].*$/, "").split("/");
  const fits = routes.filter((route) => {
    const pattern = route.split("/");
    return pattern.length === parts.length && pattern.every((piece, at) => piece.startsWith("{") || piece === parts[at]);
  });
  const gaps = (route: string) => route.split("/").map((piece) => (piece.startsWith("{") ? "1" : "0")).join("");
  return fits.sort((one, other) => gaps(one).localeCompare(gaps(other)))[0];
}

/** What is looked at once: a row, and where everything is looked at the row in one study. */
function once(href: string): string | undefined {
  const row = rowOf(href);
  if (row === undefined || !everything) return row;
  return row.replace("{study}", href.split("/")[2] ?? "").replace(/ .*/, "");
}

const reached = new Set<string>();

test.describe("every page", () => {
  test.skip(address === "", "no application is running");
  // The last test knows what the ones before have reached.
  test.describe.configure({ mode: "serial" });

  for (const [who, begin] of Object.entries(beginnings)) {
    test(`that ${who} is led to fits each width, and axe finds nothing in it`, async ({ browser }) => {
      test.setTimeout(1_800_000);
      const context =
        who === "nobody"
          ? await browser.newContext({ baseURL: address, locale: "en-GB", bypassCSP: true })
          : await signInAs(browser, address, signIns, who, { bypassCSP: true });
      const page = await context.newPage();
      const elsewhere: string[] = [];
      page.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) elsewhere.push(request.url());
      });
      const seen = new Set<string>(everything ? [] : reached);
      const waiting = [...begin];
      for (let href = waiting.shift(); href !== undefined; href = waiting.shift()) {
        const key = once(href) ?? href;
        const asked = begin.includes(href) && !seen.has(href);
        if ((seen.has(key) && !asked) || noPages[rowOf(href) ?? ""] !== undefined) continue;
        seen.add(key).add(href);
        if (!(await isPage(context, href))) continue;
        await page.setViewportSize({ width: 1280, height: 900 });
        const answer = await page.goto(href);
        const row = rowOf(href);
        expect.soft(answer?.status() === 404 && !href.includes("no-such"), `${href} leads somewhere`).toBe(false);
        // Whoever is sent elsewhere or refused has not seen the page.
        if (row !== undefined && answer?.ok() === true && rowOf(new URL(page.url()).pathname) === row) reached.add(row);
        const found = await page.locator("a[href^='/']").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
        waiting.push(...found.filter((link) => rowOf(link) !== undefined));
        await look(page, `${who}${href.replace(/[^\w-]+/g, "_").slice(0, 90)}`, href);
      }
      expect(elsewhere).toEqual([]);
      await context.close();
    });
  }

  test("and no row of the table is left out", () => {
    const known = Object.keys(noPages);
    expect(known.filter((path) => !routes.includes(path))).toEqual([]);
    expect(routes.filter((path) => !reached.has(path) && !known.includes(path))).toEqual([]);
  });
});

/** Whether it is there and a page; whoever may not see it is told so by a page as well. */
async function isPage(context: BrowserContext, href: string): Promise<boolean> {
  const answer = await context.request.get(href);
  return (answer.headers()["content-type"] ?? "").startsWith("text/html");
}

/** Everything that is said of a page. */
async function look(page: Page, name: string, href: string): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => ((one as HTMLDetailsElement).open = true)));
  for (const width of [1280, 800, 640, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(wide, `${href} at ${width}`).toBeLessThanOrEqual(width);
    if (width === 800) expect.soft(await tooSmall(page), `${href}: what is touched is 44 px high`).toEqual([]);
    if (shots !== undefined && width !== 640) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
    }
  }
  await page.addScriptTag({ path: axe });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect.soft(await violations(page), `${href}, ${colorScheme}`).toEqual([]);
    if (shots !== undefined && colorScheme === "dark") await page.screenshot({ path: join(shots, `${name}-dark.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** What axe finds, one line each. */
function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // @ts-expect-error axe is a global of the script just added
    const results = await axe.run(document, { resultTypes: ["violations"] });
    return results.violations.flatMap((violation: any) =>
      violation.nodes.map((node: any) => `${violation.id}: ${node.target} ${node.failureSummary}`),
    );
  });
}

/** What can be pressed and is lower than 44 px, links within sentences apart. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pressed = document.querySelectorAll<HTMLElement>(
      "main button, main .button, main select, main textarea, main input:not([type=hidden]):not([type=radio]):not([type=checkbox]), .choice, .menu > summary, .places a",
    );
    return [...pressed]
      .filter((one) => one.checkVisibility() && !one.matches(".as-link, .sort") && one.getBoundingClientRect().height < 44)
      .map((one) => `${one.tagName} ${one.className} ${one.textContent?.trim().slice(0, 30)}: ${one.getBoundingClientRect().height}`);
  });
}
