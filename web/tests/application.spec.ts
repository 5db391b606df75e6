// The application of the demonstration in a real browser: people sign in with their second factor, every
// page is accessible at three widths in light and dark, nothing is asked of anybody else, and nothing
// scrolls sideways. ATTUNE_APPLICATION is its address, ATTUNE_SIGN_INS the file that `attune demo` writes.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, test, type Browser, type BrowserContext, type Page } from "@playwright/test";

const address = process.env.ATTUNE_APPLICATION ?? "";
const signInsFile = process.env.ATTUNE_SIGN_INS ?? "";
const shots = resolve(process.env.ATTUNE_SCREENSHOTS ?? "../target/screenshots");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

test.skip(address === "", "no application is running");
// The last tests change the hostel study, so order matters.
test.describe.configure({ mode: "default" });

interface SignIn {
  login: string;
  codes: string[];
}

/** Password and people as the console shows them. */
function signIns(): { password: string; people: Map<string, SignIn> } {
  const text = readFileSync(signInsFile, "utf8");
  const password = /password of all of them: (\S+)/.exec(text)?.[1] ?? "";
  const people = new Map<string, SignIn>();
  let current: SignIn | undefined;
  for (const line of text.split("\n")) {
    const person = /^ {2}(\w+) +\w+ Example, /.exec(line);
    if (person?.[1] !== undefined) {
      current = { login: person[1], codes: [] };
      people.set(current.login, current);
    }
    const codes = /^ {16}recovery codes (.+)$/.exec(line)?.[1];
    if (codes !== undefined && current !== undefined) current.codes = codes.split(" ");
  }
  return { password, people };
}

const known = address === "" ? { password: "", people: new Map<string, SignIn>() } : signIns();

/** A recovery code that was not used yet; each works once, also over several runs and workers. */
function nextCode(login: string): string | undefined {
  const usedFile = `${signInsFile}.used`;
  const used = existsSync(usedFile) ? readFileSync(usedFile, "utf8").split("\n") : [];
  const codes = known.people.get(login)?.codes ?? [];
  const code = codes.find((one) => !used.includes(one));
  if (codes.length > 0 && code === undefined) throw new Error(`the recovery codes of ${login} are used up`);
  if (code !== undefined) appendFileSync(usedFile, `${code}\n`);
  return code;
}

async function signIn(browser: Browser, login: string, options = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: address, bypassCSP: true, ...options });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("Sign-in name").fill(login);
  await page.getByLabel("Password").fill(known.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const code = nextCode(login);
  if (code !== undefined) {
    await page.getByLabel("Code of your authenticator app").fill(code);
    await page.getByRole("button", { name: "Go on" }).click();
  }
  await expect(page.getByRole("heading", { level: 1, name: "Your studies" })).toBeVisible();
  await page.close();
  return context;
}

/** What axe finds, one line each. */
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

/** Pages by who looks at them. */
const pages: Record<string, [name: string, path: string][]> = {
  nobody: [
    ["sign-in", "/sign-in"],
    ["welcome", "/welcome"],
    ["design", "/design"],
    ["not-found", "/no-such-page"],
  ],
  manager: [
    ["home", "/"],
    ["account", "/account"],
    ["change-password", "/account/password"],
    ["second-factor", "/account/second-factor/renew"],
    ["people", "/people"],
    ["add-person", "/people/new"],
    ["load-study", "/studies/new"],
    ["audit", "/audit"],
  ],
  evaluator: [
    ["study", "/studies/hostel-clinic"],
    ["measures", "/studies/hostel-clinic/measures?measure=developmental-index.mental"],
    ["findings", "/studies/early-intervention/findings"],
    ["findings-permuted", "/studies/hostel-clinic/findings"],
    ["reports-permuted", "/studies/hostel-clinic/reports"],
    ["plan", "/studies/hostel-clinic/plan"],
  ],
  assessor: [
    ["assessor-home", "/"],
    ["assessor-study", "/studies/hostel-clinic"],
    ["not-allowed", "/studies/hostel-clinic/findings"],
  ],
};

for (const [who, list] of Object.entries(pages)) {
  test(`every page of ${who} is accessible and fits, light and dark, at three widths`, async ({ browser }) => {
    test.setTimeout(600_000);
    mkdirSync(shots, { recursive: true });
    for (const colorScheme of ["light", "dark"] as const) {
      const context =
        who === "nobody"
          ? await browser.newContext({ baseURL: address, bypassCSP: true, colorScheme })
          : await signIn(browser, who, { colorScheme });
      const page = await context.newPage();
      const elsewhere: string[] = [];
      const messages: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(address) && !request.url().startsWith("data:")) elsewhere.push(request.url());
      });
      page.on("pageerror", (error) => messages.push(error.message));
      for (const [name, path] of list) {
        for (const width of [360, 800, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          await page.goto(path);
          await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          expect.soft(wide, `${name} at ${width}`).toBeLessThanOrEqual(width);
          if (colorScheme === "light") {
            await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
          }
        }
        expect.soft(await violations(page), `${name}, ${colorScheme}`).toEqual([]);
      }
      expect(elsewhere).toEqual([]);
      expect(messages).toEqual([]);
      await context.close();
    }
  });
}

test("the enforced policy lets our own script and style run, and nothing else", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: address });
  const page = await context.newPage();
  const broken: string[] = [];
  page.on("console", (message) => broken.push(message.text()));
  await page.goto("/design");
  await expect(page.getByRole("button", { name: "Wave", exact: true })).toBeVisible();
  const font = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
  expect(font).toContain("Atkinson");
  expect(broken).toEqual([]);
  const evaded = await page.evaluate(() => {
    const image = document.createElement("div");
    try {
      image.innerHTML = "<b>x</b>";
      return true;
    } catch {
      return false;
    }
  });
  expect(evaded).toBe(false);
  await context.close();
});

test("no cookie and nothing stored before somebody signs in", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: address });
  const page = await context.newPage();
  for (const path of ["/", "/sign-in", "/design"]) await page.goto(path);
  expect(await context.cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  await context.close();
});

test("a number leads to its rows, and everything works by keyboard and without script", async ({ browser }) => {
  const context = await signIn(browser, "evaluator", { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/studies/early-intervention/findings");
  await page.locator("main h2 a").first().focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("main h1")).toBeVisible();
  await page.getByRole("link", { name: "The rows behind it" }).click();
  await expect(page.getByRole("heading", { name: "Measures" })).toBeVisible();
  expect(await page.locator("tbody tr").count()).toBeGreaterThan(10);
  await context.close();
});

test("the evaluator seals the plan, reveals the arms with the second factor, and reads the report", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const context = await signIn(browser, "evaluator");
  const page = await context.newPage();
  await page.goto("/studies/hostel-clinic/findings");
  await expect(page.getByRole("heading", { name: "Arms are permuted" })).toBeVisible();
  await page.goto("/studies/hostel-clinic/plan");
  await page.getByRole("button", { name: "Seal this plan" }).click();
  await expect(page.getByRole("heading", { name: "The plan is sealed" })).toBeVisible();
  await page.getByRole("link", { name: "Reveal the arms" }).click();
  await page.getByLabel("Why now?").fill("All data are in; this is the demonstration.");
  await page.getByRole("button", { name: "Reveal the arms now" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Findings" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Arms are permuted" })).toHaveCount(0);
  await page.getByRole("link", { name: "Read the whole report" }).click();
  await expect(page.locator("h1")).toBeVisible();
  const serif = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
  expect(serif).toContain("Source Serif");
  await context.close();
});

test("the auditor finds all of it in the audit trail", async ({ browser }) => {
  const context = await signIn(browser, "auditor");
  const page = await context.newPage();
  await page.goto("/studies/hostel-clinic/audit");
  for (const what of ["seal plan", "unblind", "grant role"]) {
    await expect(page.getByRole("cell", { name: what, exact: true }).first()).toBeVisible();
  }
  await context.close();
});
