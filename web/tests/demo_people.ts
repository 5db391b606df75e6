// Signing in as one of the made-up people of a demonstration, as somebody would who has the console's list
// and an authenticator app.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test, type Browser, type BrowserContext, type BrowserContextOptions } from "@playwright/test";

/** The code that an authenticator app shows now for a secret (RFC 6238: SHA-1, six digits, 30 seconds). */
export function codeNow(secret: string, at = Date.now()): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const from = (hash[19] ?? 0) & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Signs somebody in whom `attune demo` has listed in `signIns`, and leaves the context without a page. */
export async function signInAs(
  browser: Browser,
  address: string,
  signIns: string,
  login: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const list = readFileSync(signIns, "utf8");
  const password = /password of all of them: (\S+)/.exec(list)?.[1] ?? "";
  const from = list.split(new RegExp(`^  ${login} `, "m"))[1] ?? "";
  const secret = /^.*\n +second factor: secret (\w+)/.exec(from)?.[1];
  const context = await browser.newContext({ baseURL: address, locale: "en-GB", ...options });
  const page = await context.newPage();
  const inside = page.getByRole("heading", { level: 1, name: "Your studies" });
  const answer = inside.or(page.getByRole("alert"));
  // A code works once: when another test has just used it, the next one comes within half a minute.
  const { timeout } = test.info();
  if (secret !== undefined && timeout > 0) test.setTimeout(timeout + 60_000);
  await expect(async () => {
    await page.goto("/sign-in");
    await page.getByLabel("Sign-in name").fill(login);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    if (secret !== undefined) {
      await page.getByLabel("Code of your authenticator app").fill(codeNow(secret));
      await page.getByRole("button", { name: "Go on" }).click();
    }
    await expect(answer.first()).toBeVisible();
    expect(await inside.isVisible(), "the code was taken").toBe(true);
  }).toPass({ intervals: [10_000], timeout: 90_000 });
  await page.close();
  return context;
}
