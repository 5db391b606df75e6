// The pictures of the guide, made from the demonstration, so that they show what the application shows.
// A run of the tests makes each of them into target/pictures; `cargo xtask pictures` makes them into
// docs/images/guide, where the pages of the guide find them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test, type BrowserContext, type Page } from "@playwright/test";
import { signInAs } from "./demo_people.js";
import { smallPng } from "./small_png.js";

const address = process.env.ATTUNE_APPLICATION ?? "";
const signIns = process.env.ATTUNE_SIGN_INS ?? "";
const folder = resolve(process.env.ATTUNE_PICTURES ?? "../target/pictures");
const guide = resolve("../docs/guide");

interface Picture {
  /** Name of the file, without its ending. */
  name: string;
  path: string;
  /** The heading that shows that this is the page. */
  heading: string | RegExp;
  /** Width and largest height of the picture. */
  size: [number, number];
  /** What is done before the picture is taken. */
  first?: (page: Page) => Promise<void>;
  /** What is done afterwards, for a later picture. */
  after?: (page: Page) => Promise<void>;
}

const laptop: [number, number] = [1280, 800];
const tablet: [number, number] = [800, 1000];
const phone: [number, number] = [390, 760];
const hostel = "/studies/hostel-clinic";
const community = "/studies/community-clinic";
const published = "/studies/early-intervention";

const pictures: Record<string, Picture[]> = {
  nobody: [{ name: "sign-in", path: "/sign-in", heading: "Sign in", size: [1280, 720] }],
  manager: [
    { name: "people", path: "/people", heading: "People", size: laptop },
    {
      name: "give-a-role",
      path: "/people",
      heading: "Asta Example",
      size: laptop,
      first: (page) => page.getByRole("link", { name: "Asta Example" }).click(),
    },
    { name: "check-report", path: "/studies/new", heading: /mend|not|problem/i, size: laptop, first: checkAWrongStudy },
    { name: "backups", path: "/backups", heading: "Backups", size: [1280, 620] },
  ],
  evaluator: [
    { name: "study", path: hostel, heading: /./, size: [1280, 960] },
    { name: "measures", path: `${hostel}/measures?measure=developmental-index.mental`, heading: "Measures", size: laptop },
    {
      name: "finding",
      path: `${published}/findings`,
      heading: /Did cognitive scores/,
      size: [1280, 1100],
      first: (page) => page.locator("main h2 a").first().click(),
    },
    { name: "plan", path: `${hostel}/plan`, heading: "The analysis plan", size: [1280, 640] },
    { name: "export", path: `${published}/export`, heading: /./, size: laptop },
  ],
  assessor: [
    { name: "due", path: `${hostel}/schedule`, heading: "Who is due?", size: phone },
    { name: "family", path: `${hostel}/families/D005`, heading: "Family D005", size: tablet },
    {
      name: "consent",
      path: `${hostel}/families/D005/consent`,
      heading: /Consent/,
      size: tablet,
      after: async (page) => {
        for (const reason of ["to arrange the visit at 12 months", "the day of birth was asked for"]) await openNames(page, reason);
      },
    },
    {
      name: "form",
      path: `${hostel}/families/D005/assessments/new?instrument=phq-9&wave=month-12`,
      heading: /Patient Health Questionnaire/,
      size: [800, 1100],
      first: answerThree,
    },
    {
      name: "form-kept",
      path: `${hostel}/families/D005`,
      heading: /./,
      size: laptop,
      first: (page) => page.getByRole("link", { name: "Open", exact: true }).last().click(),
    },
  ],
  observer: [
    {
      name: "coding-room",
      path: `${community}/coding`,
      heading: /^Clip/,
      size: laptop,
      first: codeABit,
    },
  ],
  auditor: [
    { name: "audit", path: `${hostel}/audit`, heading: "Audit trail", size: [1280, 640] },
    { name: "verified", path: "/audit/verify", heading: "The audit trail, verified", size: [1280, 640] },
  ],
};

/** A study folder with mistakes in the server's inbox, checked and not loaded. */
async function checkAWrongStudy(page: Page): Promise<void> {
  const inbox = join(dirname(signIns), "application/inbox/with-mistakes");
  cpSync(join(dirname(signIns), "studies/hostel-clinic"), inbox, { recursive: true });
  const study = join(inbox, "study.toml");
  const right = readFileSync(study, "utf8");
  const wrong = right.replace('model = "mental ~ months', 'model = "metnal ~ months').replace('"phq-9.total"', '"phq-9.totel"');
  expect(wrong).not.toBe(right);
  writeFileSync(study, wrong);
  await page.reload();
  await page.getByLabel("with-mistakes").check();
  await page.getByRole("button", { name: "Only check" }).last().click();
}

/** Two answers, and a look at the third question. */
async function answerThree(page: Page): Promise<void> {
  await page.getByRole("radio", { name: "Several days" }).nth(0).check();
  await page.getByRole("radio", { name: "Not at all" }).nth(1).check();
  await page.getByRole("radio", { name: "Several days" }).nth(2).focus();
  await page.evaluate(() => window.scrollTo(0, 0));
}

/** What is known of a family's baby opened, which the audit trail then tells. */
async function openNames(page: Page, reason: string): Promise<void> {
  await page.goto(`${hostel}/families/D005/names`);
  await page.getByLabel("Why you open them").first().fill(reason);
  await page.getByRole("button", { name: /^Open the names/ }).first().click();
  await expect(page.locator("dt", { hasText: "Date of birth" }).first()).toBeVisible();
}

/** Where the demonstration happens to lie is nobody's business. */
function hideFolder(folder: string): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    if (text.nodeValue?.includes(folder)) text.nodeValue = text.nodeValue.replaceAll(folder, "attune-demo");
  }
}

/** The drawn film opened and coded for half a minute. */
async function codeABit(page: Page): Promise<void> {
  await page.locator(".button").first().click();
  await expect(page.locator("#clock")).toBeVisible();
  await page.waitForFunction(() => document.querySelector("video")?.readyState === 4);
  for (const key of ["i", "e", "Control+ArrowRight", "x", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "e", "Control+ArrowRight", "d", "Shift+ArrowRight"]) {
    await page.keyboard.press(key);
    await page.waitForFunction(() => document.body.dataset["settled"] === "true");
  }
  await expect(page.locator("#saved")).toHaveText("All saved");
}

test("each picture that the guide shows is made here, and each that is made is shown", () => {
  const made = Object.values(pictures).flatMap((list) => list.map((picture) => picture.name));
  const pages = readdirSync(guide).filter((name) => name.endsWith(".md"));
  const shown = pages.flatMap((name) => {
    const text = readFileSync(join(guide, name), "utf8");
    return [...text.matchAll(/!\[([^\]]+)\]\(\.\.\/images\/guide\/([\w-]+)\.png\)/g)].map((found) => found[2] ?? "");
  });
  expect([...new Set(shown)].sort()).toEqual([...made].sort());
  for (const name of made) expect(existsSync(resolve(`../docs/images/guide/${name}.png`)), name).toBe(true);
});

for (const [who, list] of Object.entries(pictures)) {
  test(`pictures of what ${who} sees`, async ({ browser }) => {
    test.skip(address === "", "no application is running");
    test.setTimeout(180_000);
    mkdirSync(folder, { recursive: true });
    const context: BrowserContext =
      who === "nobody"
        ? await browser.newContext({ baseURL: address, locale: "en-GB" })
        : await signInAs(browser, address, signIns, who);
    const page = await context.newPage();
    for (const picture of list) {
      const [width, height] = picture.size;
      await page.setViewportSize({ width, height });
      await page.goto(picture.path);
      await picture.first?.(page);
      await expect(page.getByRole("heading", { level: 1, name: picture.heading }), picture.name).toBeVisible();
      await page.evaluate(() => document.fonts.ready);
      await page.evaluate(hideFolder, dirname(signIns));
      const small = smallPng(await page.screenshot({ animations: "disabled", caret: "hide" }));
      expect(small.length, `${picture.name} is a small file`).toBeLessThan(150_000);
      writeFileSync(join(folder, `${picture.name}.png`), small);
      await picture.after?.(page);
    }
    await context.close();
  });
}
