// What is done with families, by whoever may: the pages of enrolment, consent and assessment.
import { expect, type Locator, type Page } from "@playwright/test";

export const STUDY = "/studies/hostel-clinic";

/** A day so many days ago. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** Enrols a baby and a carer from the page that asks for them; gives the path of the family. */
export async function enrol(page: Page, baby: string, carer: string): Promise<string> {
  await page.getByLabel("Baby’s given names").fill(baby);
  await page.getByLabel("Baby’s family name").fill("Example");
  await page.getByLabel("Baby’s day of birth").fill(daysAgo(80));
  await page.getByLabel("Carer’s given names", { exact: true }).fill(carer);
  await page.getByLabel("Carer’s family name", { exact: true }).fill("Example");
  await page.getByRole("button", { name: "Enrol" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Family / })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Records that the carer agrees, for the baby, to one purpose. */
export async function agree(page: Page, family: string, purpose: string): Promise<void> {
  await page.goto(`${family}/consent`);
  await page.getByLabel("Purpose").selectOption({ label: purpose });
  const text = page.getByLabel("Text that they read");
  const fitting = text.locator("option", { hasText: purpose }).first();
  await text.selectOption((await fitting.getAttribute("value")) ?? "");
  await page.getByLabel("For whom").selectOption({ label: "baby" });
  await page.getByLabel("Who answers").selectOption({ label: "carer whom the study follows" });
  await page.getByLabel("By what authority").selectOption("parental-responsibility");
  await page.getByRole("radio", { name: "Yes" }).check();
  await page.getByRole("button", { name: "Record the answer" }).click();
  await expect(consentTo(page, purpose)).toContainText("agreed");
}

/** The part of the page of consent that is about one purpose. */
export function consentTo(page: Page, purpose: string): Locator {
  return page.locator("section").filter({ has: page.getByRole("heading", { level: 2, name: purpose, exact: true }) });
}

/** Tab until it has the focus, as somebody without a mouse gets there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 250; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${target}`);
}
