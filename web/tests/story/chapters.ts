// The story of a study from the first sign-in to the verified chain, told in a real browser on a real server that
// begins empty. Chapters build on each other. The server is killed on the way, twice.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { agree, consentTo, daysAgo, enrol, STUDY, tabTo } from "./families.js";
import { look } from "./looking.js";
import { type Noticed, Somebody } from "./people.js";
import { PROGRAM, Server } from "./server.js";

const STUDIES = resolve("../studies");

/** What the arms of the hostel study are called; no page of somebody blind says so. */
const ARMS = ["Hostel with the clinic", "Comparison hostels"];

/** Names of the family; they are on no page but that of names. */
const NAMES = ["Quillon", "Tamsin", "Ottoline"];

/** Tells the story on a database: the one in the data folder, or PostgreSQL at an address. */
export function tell(where: string, database?: string): void {
  test.describe(`the story, on ${where}`, () => {
    test.skip(PROGRAM === "", "no program to test: ATTUNE_PROGRAM names none");
    test.describe.configure({ mode: "serial", timeout: 300_000 });

    const noticed: Noticed = { elsewhere: [], complaints: [] };
    let folder: string;
    let server: Server;
    let manager: Somebody;
    let assessor: Somebody;
    let visitor: Somebody;
    let evaluator: Somebody;
    const codes = new Map<string, string>();
    /** Paths of the twins' families and of the two forms. */
    let [family, twin, questionnaire, developmental] = ["", "", "", ""];
    /** Pages that the assessor had received when the names were sealed. */
    let enrolled = 0;

    test.beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "attune-story-"));
      server = new Server(join(folder, "data"), database);
      await server.start();
    });

    test.afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test("a manager makes the first account with the printed code, and signs in with a second factor", async ({ browser }) => {
      manager = await Somebody.at(browser, server.address, "mara", noticed);
      const { page } = manager;
      await page.goto("/");
      await expect(page.getByRole("heading", { level: 1, name: "Welcome to Attune" })).toBeVisible();
      await look(page, "first-run");
      await page.getByLabel("First-run code").fill("not-the-code");
      await page.getByLabel("Your name").fill("Mara Manager");
      await page.getByLabel("Sign-in name").fill(manager.login);
      await page.getByLabel("Password", { exact: true }).fill("password1234");
      await page.getByRole("button", { name: "Make my account" }).click();
      await expect(page.getByRole("alert")).toContainText("2 things to mend");
      await page.getByLabel("First-run code").fill(server.firstRunCode());
      await page.getByLabel("Password", { exact: true }).fill(manager.password);
      await page.getByRole("button", { name: "Make my account" }).click();
      await manager.setUpSecondFactor("second-factor-setup");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Sign-in name").fill(manager.login);
      await page.getByLabel("Password", { exact: true }).fill(manager.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await look(page, "second-factor-code");
      await page.getByLabel("Code of your authenticator app").fill("000000");
      await page.getByRole("button", { name: "Go on" }).click();
      await expect(page.getByRole("alert")).toContainText("This code is not right");
      await manager.signIn();
      await expect(page.getByText("There is no study here yet.")).toBeVisible();
      await look(page, "no-study");
    });

    test("she loads the hostel study: checked first, then its whole folder with its records", async () => {
      const { page } = manager;
      const inbox = join(server.folder, "inbox");
      mkdirSync(inbox, { recursive: true });
      cpSync(join(STUDIES, "hostel-clinic"), join(inbox, "hostel-clinic"), { recursive: true });
      await page.getByRole("link", { name: "Load a study" }).click();
      await look(page, "load-study");
      await page.getByRole("radio", { name: "hostel-clinic" }).check();
      await page.locator("form[action='/studies/from-inbox']").getByRole("button", { name: "Only check" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "The study is sound" })).toBeVisible();
      await page.goto("/studies/new");
      await page.getByLabel("The study folder", { exact: true }).setInputFiles(join(STUDIES, "hostel-clinic"));
      await page.locator("form[action='/studies/upload']").getByRole("button", { name: "Check and load" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "The study is loaded" })).toBeVisible();
      await expect(page.getByText("Brought with it: 59 families")).toBeVisible();
      await look(page, "study-loaded");
      await page.getByRole("link", { name: "Go to the study" }).click();
      await expect(page.getByText("Simulated data.").first()).toBeVisible();
    });

    test("she adds an assessor for one site, a health visitor, an evaluator and an auditor", async () => {
      await add("ada", "Ada Assessor", "assessor", "Hostel A");
      await look(manager.page, "person");
      await add("hazel", "Hazel Visitor", "health visitor", "Hostel A");
      await add("eva", "Eva Evaluator", "lead evaluator", "");
      await add("otto", "Otto Auditor", "auditor", "");
    });

    async function add(login: string, name: string, role: string, site: string): Promise<void> {
      const { page } = manager;
      await page.goto("/people");
      await page.getByRole("link", { name: "Add a person" }).click();
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Sign-in name").fill(login);
      await page.getByRole("button", { name: "Add and make a code" }).click();
      await expect(page.getByRole("heading", { level: 1, name: `One-time code for ${name}` })).toBeVisible();
      codes.set(login, await page.locator(".codes").innerText());
      await page.getByRole("link", { name: "Go on to the roles" }).click();
      await page.getByLabel("Role").selectOption({ label: role });
      await page.getByLabel("In", { exact: true }).selectOption("hostel-clinic");
      if (site !== "") await page.getByLabel(`${site}, in `).check();
      await page.getByRole("button", { name: "Give this role" }).click();
      const words = new RegExp(site === "" ? `^${role} in [^,]+$` : `^${role} in .+, at ${site}$`);
      await expect(page.getByRole("rowheader", { name: words })).toBeVisible();
    }

    test("the assessor enrols twins; what is wrong is told at once, and nothing typed is lost", async ({ browser }) => {
      assessor = await Somebody.at(browser, server.address, "ada", noticed);
      await assessor.arrive(codes.get("ada") ?? "", "welcome");
      const { page } = assessor;
      await look(page, "assessor-studies");
      await page.goto(`${STUDY}/families`);
      await look(page, "families");
      await page.getByRole("link", { name: "Enrol a family" }).click();
      await page.getByLabel("Carer’s given names", { exact: true }).fill(NAMES[2] as string);
      await page.getByRole("button", { name: "Enrol" }).click();
      await expect(page.getByRole("alert")).toContainText("2 things to mend");
      await expect(page.getByLabel("Carer’s given names", { exact: true })).toHaveValue(NAMES[2] as string);
      await look(page, "enrol");
      family = await enrol(page, NAMES[0] as string, NAMES[2] as string);
      const first = family.split("/").at(-1) as string;
      await page.getByRole("link", { name: "Enrol a twin" }).click();
      await look(page, "enrol-twin");
      await page.getByLabel("Baby’s given names").fill(NAMES[1] as string);
      await page.getByLabel("Baby’s family name").fill("Example");
      await page.getByLabel("Baby’s day of birth").fill(daysAgo(80));
      await page.getByRole("button", { name: "Enrol" }).click();
      await expect(page.getByRole("link", { name: `family ${first}` })).toBeVisible();
      twin = new URL(page.url()).pathname;
      expect(twin).not.toBe(family);
      enrolled = assessor.received.length;
      await look(page, "family-enrolled");
    });

    test("the mother agrees to two purposes, and gets a copy", async () => {
      const { page } = assessor;
      await page.goto(`${family}/consent`);
      await look(page, "consent");
      await agree(page, family, "Taking part in the evaluation");
      await agree(page, family, "Being filmed at play");
      await agree(page, twin, "Taking part in the evaluation");
      await page.goto(`${family}/consent`);
      await page.getByRole("link", { name: "Copy to print" }).first().click();
      await look(page, "consent-copy");
    });

    test("a first assessment by keyboard alone, scored on the spot; then the server is killed, and it is there", async () => {
      const { page } = assessor;
      await page.goto(family);
      await tabTo(page, page.getByRole("link", { name: /^Enter .*PHQ-9.*Enrolment/ }));
      await page.keyboard.press("Enter");
      await expect(page.locator("#form-progress")).toHaveText("0 of 10 answered");
      await tabTo(page, page.locator("[data-item] input").first());
      for (const digit of "1102000011") await page.keyboard.press(digit);
      await expect(page.locator("#form-progress")).toHaveText("10 of 10 answered");
      await expect(page.locator("#form-scores")).toContainText("5 (from 0 to 27)");
      await expect(page.locator("#form-scores .form-alert")).toBeVisible();
      await expect(page.getByRole("button", { name: "Finish" })).toBeFocused();
      await look(page, "assessment");
      await page.getByRole("button", { name: "Finish" }).focus();
      await page.keyboard.press("Enter");
      await expect(page.getByText("finished", { exact: true })).toBeVisible();
      questionnaire = new URL(page.url()).pathname;
      await server.kill();
      await server.start();
      await page.reload();
      await expect(page.getByText("5 (from 0 to 27)")).toBeVisible();
      await page.goto(`${family}/consent`);
      for (const purpose of ["Taking part in the evaluation", "Being filmed at play"]) {
        await expect(consentTo(page, purpose)).toContainText("agreed");
      }
      await page.goto(twin);
      await expect(page.getByText("Same carer")).toBeVisible();
    });

    test("a second one: the impossible is refused when the question is left; killed before it is sent, it is sent again", async () => {
      const { page } = assessor;
      await page.goto(family);
      await tabTo(page, page.getByRole("link", { name: /^Enter .*Developmental index.*Enrolment/i }));
      await page.keyboard.press("Enter");
      await tabTo(page, page.locator("[data-item] input[inputmode]").first());
      await page.keyboard.type("900");
      await page.keyboard.press("Enter");
      await expect(page.locator(".question .error").first()).toContainText("is not possible here");
      await look(page, "assessment-error");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Control+A");
      await page.keyboard.type("97");
      await page.keyboard.press("Enter");
      await page.keyboard.type("103");
      await page.keyboard.press("Enter");
      await expect(page.locator(".question .error")).toHaveCount(0);
      await expect(page.locator("#form-scores")).toContainText("97 (from 40 to 160)");
      await tabTo(page, page.getByRole("button", { name: "Finish" }));
      await server.kill();
      await page.keyboard.press("Enter");
      await expect.poll(() => page.url(), "the browser says that nobody answers").toMatch(/^chrome-error/);
      await server.start();
      await page.reload();
      await expect(page.getByText("finished", { exact: true })).toBeVisible();
      developmental = new URL(page.url()).pathname;
      await page.goto(family);
      await expect(page.locator(`a[href="${developmental}"]`, { hasText: "Open" })).toBeVisible();
    });

    test("she corrects an error with a reason, the history keeps both, and she raises a query", async () => {
      const { page } = assessor;
      await page.goto(questionnaire);
      await page.getByRole("link", { name: "Correct an answer" }).click();
      await page.locator("[data-item] input:checked").nth(3).focus();
      await page.keyboard.press("0");
      await page.getByRole("button", { name: "Save the correction" }).click();
      await expect(page.getByRole("alert").first()).toContainText("Say why the finished form is changed");
      await page.getByLabel("Why the finished form is changed").fill("misread the paper");
      await page.getByRole("button", { name: "Save the correction" }).click();
      await expect(page.getByText("3 (from 0 to 27)")).toBeVisible();
      await page.getByText("2 values").click();
      await expect(page.locator("td details[open]")).toContainText(/Ada Assessor.*Ada Assessor.*misread the paper/s);
      await page.getByText("Raise a query").click();
      await page.getByLabel("Question", { exact: true }).fill("Is the paper kept?");
      await page.getByRole("button", { name: "Raise it" }).click();
      await expect(page.getByText("waits for an answer")).toBeVisible();
      await look(page, "form");
    });

    test("the mother takes the film back: its effect is shown before it is confirmed, and it is in force at once", async () => {
      const { page } = assessor;
      await page.goto(`${family}/consent`);
      await page.locator(`a[href*="withdraw?purpose=video"]`).click();
      await expect(page.getByRole("heading", { level: 1, name: "“Being filmed at play” is taken back" })).toBeVisible();
      for (const effect of await page.locator(".effect").all()) await expect(effect).toContainText("Forms there are: 2");
      await look(page, "withdraw");
      await page.getByRole("button", { name: "Record that it is taken back" }).click();
      await expect(page.getByRole("alert")).toContainText("one thing to mend");
      await expect(page.getByRole("radio")).toBeChecked();
      await page.getByLabel("The family has heard what it does").check();
      await page.getByRole("button", { name: "Record that it is taken back" }).click();
      await expect(page.getByRole("heading", { name: "Taken back" })).toBeVisible();
      await expect(consentTo(page, "Being filmed at play")).toContainText("taken back");
      await expect(consentTo(page, "Taking part in the evaluation")).toContainText("agreed");
      await page.goto(`${STUDY}/schedule`);
      await look(page, "schedule");
    });

    test("a form waits half done until she comes back; what did not take place is recorded with its reason", async () => {
      const { page } = assessor;
      const code = twin.split("/").at(-1) as string;
      await page.goto(`${STUDY}/schedule`);
      await page.getByRole("link", { name: new RegExp(`^Enter PHQ-9 of ${code}`) }).click();
      await page.locator("[data-item] input").first().focus();
      for (const digit of "12") await page.keyboard.press(digit);
      await page.getByRole("button", { name: "Save and come back later" }).click();
      await page.getByRole("link", { name: new RegExp(`^Go on with PHQ-9 of ${code}`) }).click();
      await expect(page.locator("#form-progress")).toHaveText("2 of 10 answered");
      await page.goto(`${STUDY}/schedule`);
      await page.getByRole("link", { name: new RegExp(`^not done for Developmental index of ${code}`) }).click();
      await page.getByRole("button", { name: "Record that it was not done" }).click();
      await expect(page.getByRole("alert")).toContainText("Say why it did not take place");
      await page.getByLabel("Why", { exact: true }).fill("the baby slept");
      await page.getByRole("button", { name: "Record that it was not done" }).click();
      await expect(page.getByRole("row", { name: code }).filter({ hasText: "the baby slept" })).toBeVisible();
    });

    test("no page told the assessor an arm, and none but that of names told a name", async () => {
      const { page, received } = assessor;
      const refused = await page.goto(`${STUDY}/findings`);
      expect(refused?.status()).toBe(403);
      await look(page, "not-for-the-blind");
      for (const path of ["", "/families", "/schedule", "/queries"]) await page.goto(STUDY + path);
      expect(received.length - enrolled).toBeGreaterThan(30);
      for (const arm of ARMS) expect(received.filter((text) => text.includes(arm)), arm).toEqual([]);
      for (const name of NAMES) expect(received.slice(enrolled).filter((text) => text.includes(name)), name).toEqual([]);
      await page.goto(`${family}/names`);
      await assessor.setUpSecondFactor();
      await expect(page.getByRole("heading", { level: 1, name: /^Names of family/ })).toBeVisible();
      await page.getByLabel("Why you open them").first().fill("to arrange the visit");
      await page.getByRole("button", { name: "Open the names" }).first().click();
      await expect(page.locator("main dd", { hasText: new RegExp(NAMES.join("|")) })).toBeVisible();
      await look(page, "names");
      await assessor.leave();
    });

    test("the health visitor sees the alert, says what was done, and enters the paper a second time", async ({ browser }) => {
      visitor = await Somebody.at(browser, server.address, "hazel", noticed);
      await visitor.arrive(codes.get("hazel") ?? "");
      const { page } = visitor;
      await page.goto(`${STUDY}/alerts`);
      const alert = page.locator("section", { hasText: `Family ${family.split("/").at(-1)}` });
      await expect(alert).toContainText("told to Hazel Visitor");
      await look(page, "alerts");
      await alert.getByLabel("What was done").fill("spoke with her today");
      await alert.getByRole("button", { name: "I have seen this" }).click();
      await expect(page.getByText("spoke with her today")).toBeVisible();
      await expect(page.getByText("No alert waits.")).toBeVisible();
      await page.goto(questionnaire);
      await page.getByRole("link", { name: "Enter a second time" }).click();
      await look(page, "second-entry");
      await page.locator("[data-item] input").first().focus();
      for (const digit of "2100000011") await page.keyboard.press(digit);
      await page.getByRole("button", { name: "Compare" }).click();
      await expect(page.getByText("They differ in 1.")).toBeVisible();
      await look(page, "comparison");
      await page.getByRole("radio", { name: /^first entry/ }).check();
      await page.getByLabel("How it was decided").fill("the paper says so");
      await page.getByRole("button", { name: "Settle" }).click();
      await expect(page.getByText("3 (from 0 to 27)")).toBeVisible();
    });

    test("where scripts do not run, everything works all the same: sign-in, enrolment, consent, an assessment", async ({ browser }) => {
      await visitor.page.goto("/account");
      await visitor.page.getByRole("link", { name: "Set it up" }).click();
      await visitor.setUpSecondFactor();
      const plain = await Somebody.at(browser, server.address, "hazel", noticed, false);
      plain.authenticator = visitor.authenticator;
      await plain.signIn();
      await visitor.leave();
      const { page } = plain;
      await page.goto(`${STUDY}/families/new`);
      const here = await enrol(page, "Wren", "Isolde");
      await agree(page, here, "Taking part in the evaluation");
      await page.goto(`${here}/assessments/new?instrument=phq-9&wave=enrolment`);
      await page.getByRole("button", { name: "Finish" }).click();
      await expect(page.getByRole("alert").first()).toContainText("things to mend");
      for (const question of await page.locator("[data-item]").all()) await question.getByRole("radio").first().check();
      await page.getByRole("button", { name: "Save and come back later" }).click();
      await page.getByRole("link", { name: `Go on with PHQ-9 of ${here.split("/").at(-1)}` }).click();
      await page.getByRole("button", { name: "Finish" }).click();
      await expect(page.getByText("0 (from 0 to 27)")).toBeVisible();
      await page.getByRole("link", { name: "Correct an answer" }).click();
      await page.locator("[data-item]").first().getByRole("radio").nth(1).check();
      await page.getByLabel("Why the finished form is changed").fill("misread the paper");
      await page.getByRole("button", { name: "Save the correction" }).click();
      await expect(page.getByText("1 (from 0 to 27)")).toBeVisible();
      await plain.leave();
    });

    test("the evaluator answers the query, signs the form, locks it", async ({ browser }) => {
      evaluator = await Somebody.at(browser, server.address, "eva", noticed);
      await evaluator.arrive(codes.get("eva") ?? "");
      const { page } = evaluator;
      await page.goto(STUDY);
      await look(page, "study-home");
      await page.getByRole("link", { name: "Queries" }).first().click();
      const query = page.locator("section", { hasText: "Is the paper kept?" });
      await look(page, "queries");
      await query.getByLabel("Answer").fill("Yes, in the locked cabinet.");
      await query.getByRole("button", { name: "Answer" }).click();
      await query.getByLabel("How it was settled").fill("answered");
      await query.getByRole("button", { name: "Close" }).click();
      await expect(page.getByText("No query is open.")).toBeVisible();
      await page.goto(questionnaire);
      await page.getByText("Sign these answers").click();
      await page.getByRole("button", { name: "Sign", exact: true }).click();
      await expect(page.getByText(/reviewed by Eva Evaluator/)).toBeVisible();
      await page.getByText("Lock this form").click();
      await page.getByRole("button", { name: "Lock", exact: true }).click();
      await expect(page.getByText("locked", { exact: true })).toBeVisible();
      await expect(page.getByRole("link", { name: "Correct an answer" })).toHaveCount(0);
      await page.getByText("Unlock this form").click();
      await page.getByRole("button", { name: "Unlock", exact: true }).click();
      await expect(page.locator("main")).toContainText(/reason|why/i);
      await page.goto(questionnaire);
      await expect(page.getByText("locked", { exact: true })).toBeVisible();
      await look(page, "form-signed");
    });

    test("she seals the plan; until arms are revealed every finding says that they are permuted", async () => {
      const { page } = evaluator;
      await page.goto(`${STUDY}/findings`);
      await expect(page.getByRole("heading", { name: "Arms are permuted" })).toBeVisible();
      await look(page, "findings-permuted");
      await page.goto(`${STUDY}/plan/unblind`);
      await expect(page.locator("main")).toContainText(/not sealed yet|second factor/);
      await page.goto(`${STUDY}/plan`);
      await look(page, "plan-open");
      await page.getByRole("button", { name: "Seal this plan" }).click();
      await expect(page.getByRole("heading", { name: "The plan is sealed" })).toBeVisible();
      await look(page, "plan-sealed");
    });

    test("she reveals the arms, which asks for a second factor, and reads the finding and the report", async () => {
      const { page } = evaluator;
      await page.goto(`${STUDY}/plan`);
      await page.getByRole("link", { name: "Reveal the arms" }).click();
      await evaluator.setUpSecondFactor();
      await page.goto(`${STUDY}/plan`);
      await page.getByRole("link", { name: "Reveal the arms" }).click();
      await look(page, "unblind");
      await page.getByLabel("Why now?").fill("All data are in; this is the rehearsal.");
      await page.getByRole("button", { name: "Reveal the arms now" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Findings" })).toBeVisible();
      await expect(page.getByRole("heading", { name: "Arms are permuted" })).toHaveCount(0);
      await look(page, "findings");
      await page.getByRole("link", { name: "Read the whole report" }).click();
      await expect(page.locator("h1")).toBeVisible();
      await page.goBack();
    });

    test("a number leads to its rows, a row to the form that the assessor filled in, the form to its history", async () => {
      const { page } = evaluator;
      await page.goto(`${STUDY}/findings`);
      await page.locator("main h2 a").first().click();
      await expect(page.locator("main .lead").first()).toContainText("95 % CI");
      await look(page, "finding");
      const numbers = page.getByRole("region", { name: "The planned estimate and other ways to ask" });
      const number = numbers.getByRole("row", { name: "As planned" }).getByRole("link").last();
      await expect(number).toHaveText(/^\d+$/);
      await number.click();
      await expect(page.getByRole("heading", { level: 1, name: "Measures" })).toBeVisible();
      const code = family.split("/").at(-1) as string;
      await page.getByLabel("Family or other unit").fill(code);
      await page.getByRole("button", { name: "Show these" }).click();
      await look(page, "measures");
      const row = page.locator("tbody tr", { hasText: code }).filter({ has: page.getByRole("link", { name: /^form/ }) });
      await expect(row).toHaveCount(1);
      await expect(row).toContainText("97");
      await row.getByRole("link", { name: /^form/ }).click();
      expect(new URL(page.url()).pathname).toBe(developmental);
      await expect(page.locator("#a-mental")).toContainText("97");
      await expect(page.getByText(/^Version 1: Ada Assessor/)).toBeVisible();
    });

    test("she takes the data out, and what she took is noted", async () => {
      const { page } = evaluator;
      await page.goto(`${STUDY}/export`);
      await look(page, "export");
      const arriving = page.waitForEvent("download");
      await page.getByRole("button", { name: "Make the archive" }).click();
      const download = await arriving;
      expect(download.suggestedFilename()).toBe("hostel-clinic-export.zip");
      const archive = readFileSync(await download.path());
      for (const name of ["long.csv", "wide.csv", "codebook.csv"]) expect(archive.includes(name), name).toBe(true);
      await page.goto(`${STUDY}/export`);
      await expect(page.getByText("Eva Evaluator").last()).toBeVisible();
      await evaluator.leave();
    });

    test("the auditor verifies the chain and finds all of it", async ({ browser }) => {
      const auditor = await Somebody.at(browser, server.address, "otto", noticed);
      await auditor.arrive(codes.get("otto") ?? "");
      const { page } = auditor;
      await page.goto(`${STUDY}/audit`);
      await look(page, "audit");
      for (const what of ["seal plan", "unblind", "withdraw consent", "sign form", "settle entries"]) {
        await expect(page.getByRole("cell", { name: what, exact: true }).first()).toBeVisible();
      }
      await page.getByRole("link", { name: "verify the whole chain" }).click();
      await expect(page.getByRole("heading", { name: "Every row is as it was written" })).toBeVisible();
      await expect(page.getByRole("row", { name: /A therapeutic baby clinic/ })).toContainText("sound");
      await look(page, "verified");
      await auditor.leave();
    });

    test("nothing was asked of anybody else, no script complained; the server ends cleanly and its log verifies", async () => {
      await manager.leave();
      expect(noticed.elsewhere).toEqual([]);
      expect(noticed.complaints).toEqual([]);
      expect(await server.stop()).toBe(0);
      const chosen = database === undefined ? [] : ["--database", database];
      const verified = spawnSync(PROGRAM, ["audit", "verify", "--data", server.folder, ...chosen], { encoding: "utf8" });
      expect(verified.status, verified.stdout + verified.stderr).toBe(0);
      expect(existsSync(join(server.folder, "attune.db"))).toBe(database === undefined);
    });
  });
}
