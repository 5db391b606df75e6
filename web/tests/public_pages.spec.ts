// The public pages as the application answers with them, for somebody who is not signed in: nothing is kept or asked of
// anybody else, an objection is one click and works without script, a browser's own no counts, and every page is
// accessible on a phone, on a desk, in Arabic and on paper. ATTUNE_APPLICATION is the address of a running `attune demo`.
import { createRequire } from "node:module";
import { expect, test, type BrowserContext, type Page } from "@playwright/test";

const address = process.env.ATTUNE_APPLICATION ?? "";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

test.skip(address === "", "no application is running");
test.use({ baseURL: address });

const pages = [
  "/studies",
  "/studies/hostel-clinic",
  "/studies/hostel-clinic/ar.html",
  "/studies/community-clinic",
  "/studies/early-intervention",
  "/studies/baby-clinic-groups",
  "/studies/cookies.html",
  "/studies/about.html",
];

/** Every key that the browser keeps for the page, of whatever kind. */
async function kept(context: BrowserContext, page: Page): Promise<string[]> {
  const cookies = (await context.cookies()).map((cookie) => cookie.name);
  const others = await page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map((database) => database.name ?? ""),
    ...("caches" in window ? await caches.keys() : []),
    ...("serviceWorker" in navigator
      ? (await navigator.serviceWorker.getRegistrations()).map((registration) => registration.scope)
      : []),
  ]);
  return [...cookies, ...others];
}

for (const path of pages) {
  test.describe(path, () => {
    test("nothing is kept, nothing is asked of anybody else, and no rule is broken", async ({ context, page }) => {
      const elsewhere: string[] = [];
      const messages: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(address)) elsewhere.push(request.url());
      });
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(error.message));
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(200);
      await page.waitForLoadState("networkidle");
      expect(await kept(context, page)).toEqual([]);
      expect(elsewhere).toEqual([]);
      expect(messages).toEqual([]);
    });

    for (const width of [320, 1280]) {
      test(`axe finds nothing and nothing scrolls sideways at ${width} px`, async ({ browser }) => {
        const context = await browser.newContext({
          baseURL: address,
          bypassCSP: true,
          viewport: { width, height: 800 },
        });
        const page = await context.newPage();
        await page.goto(path);
        await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
        await page.addScriptTag({ path: axe });
        const found = await page.evaluate(async () => {
          // @ts-expect-error axe is a global of the script just added
          const results = await axe.run(document, { resultTypes: ["violations"] });
          return results.violations.flatMap((violation: any) =>
            violation.nodes.map((node: any) => `${violation.id}: ${node.target} ${node.failureSummary}`),
          );
        });
        expect(found).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await context.close();
      });
    }

    test("it can be read without script, and printed", async ({ browser }) => {
      const context = await browser.newContext({ baseURL: address, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(path);
      await expect(page.locator("h1")).toBeVisible();
      expect((await page.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(5_000);
      await context.close();
    });
  });
}

test("one click objects, without script; the choice is all that is kept, and it can be seen to work", async ({
  browser,
}) => {
  const context = await browser.newContext({ baseURL: address, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/studies/baby-clinic-groups");
  await page.getByRole("link", { name: "You can object" }).click();
  await page.getByRole("button", { name: "Do not count my visits" }).click();
  await expect(page.getByText("You objected. Your visits are not counted.")).toBeVisible();
  const cookies = await context.cookies();
  expect(cookies.map((cookie) => cookie.name)).toEqual(["attune-choice"]);
  await expect(page.locator("#kept")).toContainText("attune-choice");
  await page.goto("/studies/hostel-clinic");
  expect(await context.cookies()).toHaveLength(1);
  await context.close();
});

for (const [name, value] of [
  ["sec-gpc", "1"],
  ["dnt", "1"],
] as const) {
  test(`a browser that sends ${name} has answered`, async ({ browser }) => {
    const context = await browser.newContext({ baseURL: address, extraHTTPHeaders: { [name]: value } });
    const page = await context.newPage();
    await page.goto("/studies/cookies.html");
    await expect(page.getByText("Your browser says no for you. Your visits are not counted.")).toBeVisible();
    expect(await context.cookies()).toEqual([]);
    await context.close();
  });
}

test("the page in Arabic runs from right to left and has its results in Arabic", async ({ page }) => {
  await page.goto("/studies/hostel-clinic/ar.html");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  const latin = await page.evaluate(() => {
    const inEnglish = (node: Node) => (node.parentElement?.closest("[lang]") as HTMLElement).lang.startsWith("en");
    const names = (node: Node) => node.parentElement?.closest("bdi.name, .publications, code, a, title, script, style, .foot");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const words = (node.textContent ?? "").match(/[A-Za-z]{4,} [A-Za-z]{2,} [A-Za-z]{2,}/);
      if (words !== null && !inEnglish(node) && names(node) === null) found.push(words[0]);
    }
    return found;
  });
  expect(latin).toEqual([]);
});

test("page weight and first paint on a slow line are told", async ({ browser }) => {
  for (const path of pages) {
    // Each in a browser that has kept nothing, so that all of it is counted.
    const context = await browser.newContext({ baseURL: address });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 150,
      downloadThroughput: (1.6 * 1024 * 1024) / 8,
      uploadThroughput: (750 * 1024) / 8,
    });
    const bodies: Promise<Buffer>[] = [];
    page.on("response", (response) => bodies.push(response.body()));
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    // A page may be painted some time after it has arrived.
    const paint = await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const painted = Number(await paint.jsonValue());
    console.log(`${path}: ${(bytes / 1024).toFixed(0)} KiB, first paint ${painted.toFixed(0)} ms`);
    const figures = await page.evaluate(() =>
      [...document.querySelectorAll("figure svg")].reduce((sum, svg) => sum + svg.outerHTML.length, 0),
    );
    expect(bytes - figures).toBeLessThan(60 * 1024);
    await context.close();
  }
});
