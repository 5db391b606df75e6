// The public pages in a real browser, served as files: accessible in light and dark, on a small phone, without
// script and on paper; nothing stored and nothing asked of anybody else, unless a visitor said yes.
// ATTUNE_PUBLICATION has pages without anything optional, ATTUNE_PUBLICATION_WITH_TOOL waits for a yes.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join, resolve } from "node:path";
import { expect, test, type BrowserContext, type Page } from "@playwright/test";

const plain = resolve(process.env.ATTUNE_PUBLICATION ?? "../target/publication");
const withTool = resolve(process.env.ATTUNE_PUBLICATION_WITH_TOOL ?? "../target/publication-with-tool");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const pages = readdirSync(plain, { recursive: true, encoding: "utf-8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".html"))
  .sort();
if (pages.length === 0) throw new Error(`no page in ${plain}`);

const kinds: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".csv": "text/csv; charset=utf-8",
};

/** Serves a folder on a loopback port. */
function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname));
    try {
      if (!path.startsWith(folder) || !statSync(path).isFile()) throw new Error();
      response.writeHead(200, { "content-type": kinds[extname(path)] ?? "application/octet-stream" });
      response.end(readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

let plainServer: Server;
let toolServer: Server;
test.beforeAll(async () => {
  plainServer = await serve(plain);
  toolServer = await serve(withTool);
});
test.afterAll(() => {
  plainServer.close();
  toolServer.close();
});
const at = (server: Server, path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;

/** What axe finds, one line each. The page's policy forbids scripts of others, so axe comes past it. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  return page.evaluate(async () => {
    // @ts-expect-error axe is a global of the script just added
    const results = await axe.run(document, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return results.violations.flatMap((violation: any) =>
      violation.nodes.map((node: any) => `${violation.id}: ${node.target} ${node.failureSummary}`),
    );
  });
}

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

/** Requests that leave the page's own host. */
function elsewhere(page: Page): string[] {
  const requests: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1") requests.push(request.url());
  });
  return requests;
}

for (const path of pages) {
  test.describe(path, () => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [320, 1280]) {
        test(`axe finds nothing to mend, ${colorScheme}, ${width} px`, async ({ browser }) => {
          test.setTimeout(120_000);
          const context = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width, height: 800 } });
          const page = await context.newPage();
          await page.goto(at(plainServer, path));
          expect(await violations(page)).toEqual([]);
          await context.close();
        });
      }
    }

    test("nothing is kept on the device and nothing is asked of anybody else", async ({ context, page }) => {
      const requests = elsewhere(page);
      await page.goto(at(plainServer, path));
      await page.waitForLoadState("networkidle");
      expect(await kept(context, page)).toEqual([]);
      expect(requests).toEqual([]);
    });

    test("it reports no error and breaks no rule of its own policy", async ({ page }) => {
      const messages: string[] = [];
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(error.message));
      await page.goto(at(plainServer, path));
      expect(messages).toEqual([]);
    });

    for (const width of [320, 360, 640]) {
      test(`it does not scroll sideways at ${width} px`, async ({ page }) => {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(at(plainServer, path));
        const tooWide = await page.evaluate(() => {
          const seen = document.documentElement.clientWidth;
          return [...document.body.querySelectorAll("*")]
            .filter((e) => e.closest(".scroll") === null && !e.closest("svg") && !e.matches(".skip"))
            .filter((e) => e.getBoundingClientRect().right > seen + 1 || e.getBoundingClientRect().left < -1)
            .map((e) => `${e.tagName}.${e.className}`);
        });
        expect(tooWide).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      });
    }

    test("the keyboard reaches every link and table and shows where it is", async ({ page }) => {
      await page.goto(at(plainServer, path));
      const expected = await page.evaluate(() => document.querySelectorAll("a[href], button, [tabindex='0']").length);
      const seen = new Set<string>();
      for (let presses = 0; presses < expected; presses++) {
        await page.keyboard.press("Tab");
        const focused = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const all = [...document.querySelectorAll("*")];
          return { place: String(all.indexOf(element)), outline: getComputedStyle(element).outlineStyle };
        });
        expect(focused.outline).not.toBe("none");
        seen.add(focused.place);
      }
      expect(seen.size).toBe(expected);
    });

    test("everything is there without script, and it prints", async ({ browser }) => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(at(plainServer, path));
      await expect(page.locator("h1")).toBeVisible();
      for (const figure of await page.locator("figure svg.wide").all()) await expect(figure).toBeVisible();
      expect((await page.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(5_000);
      await context.close();
    });
  });
}

test("letters in figures are large enough on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.goto(at(plainServer, "hostel-clinic/index.html"));
  const smallest = await page.evaluate(() => {
    const texts = [...document.querySelectorAll("figure svg text")] as SVGTextElement[];
    const shown = texts.filter((text) => text.getBoundingClientRect().width > 0);
    return Math.min(...shown.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM()!.a));
  });
  expect(smallest).toBeGreaterThan(10);
});

test("a page with its stylesheet comes in two or three requests on a slow line", async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: (1.6 * 1024 * 1024) / 8,
    uploadThroughput: (750 * 1024) / 8,
  });
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(at(plainServer, "hostel-clinic/index.html"));
  await page.waitForLoadState("networkidle");
  // A page may be painted some time after it has arrived.
  const paint = await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const painted = Number(await paint.jsonValue());
  expect(requests.length).toBeLessThanOrEqual(3);
  console.log(`first paint on a slow line: ${painted.toFixed(0)} ms`);
});

test.describe("with an analytics tool that waits for a yes", () => {
  const page_path = "baby-clinic-groups/index.html";

  /** Answers for the tool, and remembers what was asked of it. */
  async function tool(context: BrowserContext): Promise<string[]> {
    const asked: string[] = [];
    await context.route("https://stats.example.org/**", (route) => {
      asked.push(route.request().url());
      return route.fulfill({ contentType: "text/javascript", body: "" });
    });
    return asked;
  }

  test("nothing is kept or loaded before a choice", async ({ context, page }) => {
    const asked = await tool(context);
    const requests = elsewhere(page);
    await page.goto(at(toolServer, page_path));
    await page.waitForLoadState("networkidle");
    await expect(page.locator("#choice")).toBeVisible();
    expect(await kept(context, page)).toEqual([]);
    expect([...asked, ...requests]).toEqual([]);
  });

  test("one click rejects, the only thing kept is the choice, and it is listed", async ({ context, page }) => {
    const asked = await tool(context);
    const requests = elsewhere(page);
    await page.goto(at(toolServer, page_path));
    await page.getByRole("button", { name: "Reject analytics" }).click();
    await expect(page.locator("#choice")).toBeHidden();
    await page.reload();
    await page.waitForLoadState("networkidle");
    await expect(page.locator("#choice")).toBeHidden();
    expect([...asked, ...requests]).toEqual([]);
    const names = await kept(context, page);
    expect(names).toEqual(["attune-choice"]);
    const [cookie] = await context.cookies();
    expect(cookie?.value).toBe("1.no.yes");
    const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(180);
    expect(days).toBeLessThan(184);
    await page.getByRole("link", { name: "Cookies" }).last().click();
    for (const name of names) await expect(page.locator("#kept")).toContainText(name);
    await expect(page.locator("#chosen")).toHaveText("You rejected analytics. Nothing optional is set or loaded.");
  });

  test("only a yes loads the tool, and a change of mind stops it", async ({ context, page }) => {
    const asked = await tool(context);
    await page.goto(at(toolServer, page_path));
    await page.getByRole("button", { name: "Accept analytics" }).click();
    await expect.poll(() => asked).toEqual(["https://stats.example.org/matomo.js"]);
    await page.goto(at(toolServer, "cookies.html"));
    await expect(page.locator("#chosen")).toHaveText("You accepted analytics.");
    await page.getByRole("button", { name: "Reject analytics" }).click();
    await expect(page.locator("#chosen")).toHaveText("You rejected analytics. Nothing optional is set or loaded.");
    asked.length = 0;
    await page.goto(at(toolServer, page_path));
    await page.waitForLoadState("networkidle");
    expect(asked).toEqual([]);
    expect(await kept(context, page)).toEqual(["attune-choice"]);
  });

  test("a browser that says no has answered", async ({ browser }) => {
    const context = await browser.newContext();
    const asked = await tool(context);
    await context.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }),
    );
    const page = await context.newPage();
    await page.goto(at(toolServer, page_path));
    await page.waitForLoadState("networkidle");
    await expect(page.locator("#choice")).toBeHidden();
    expect(await kept(context, page)).toEqual([]);
    expect(asked).toEqual([]);
    await page.goto(at(toolServer, "cookies.html"));
    await expect(page.locator("#chosen")).toHaveText("Your browser says no for you. Analytics are off.");
    await context.close();
  });

  test("a choice beneath an older text is asked again", async ({ context, page }) => {
    await page.goto(at(toolServer, page_path));
    await context.addCookies([{ name: "attune-choice", value: "0.yes.yes", url: at(toolServer, "") }]);
    const asked = await tool(context);
    await page.reload();
    await expect(page.locator("#choice")).toBeVisible();
    expect(asked).toEqual([]);
  });

  for (const width of [320, 1280]) {
    test(`reject and accept are equal in place, size and look at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(at(toolServer, page_path));
      const looks = await page.locator("#choice button").evaluateAll((buttons) =>
        buttons.map((button) => {
          const { width, height } = button.getBoundingClientRect();
          const style = getComputedStyle(button);
          return { width: Math.round(width), height, back: style.backgroundColor, ink: style.color, font: style.font };
        }),
      );
      expect(looks).toHaveLength(2);
      expect(looks[0]).toEqual(looks[1]);
    });
  }

  test("axe finds nothing to mend in the banner", async ({ browser }) => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    for (const path of [page_path, "hostel-clinic/ar.html", "cookies.html"]) {
      await page.goto(at(toolServer, path));
      expect(await violations(page)).toEqual([]);
    }
    await context.close();
  });

  test("without script there is no banner and nothing optional", async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const asked = await tool(context);
    const page = await context.newPage();
    await page.goto(at(toolServer, page_path));
    await expect(page.locator("#choice")).toBeHidden();
    expect(await context.cookies()).toEqual([]);
    expect(asked).toEqual([]);
    await context.close();
  });
});
