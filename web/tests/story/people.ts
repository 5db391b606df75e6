// People of the story: each has a browser of their own, a password, and an authenticator app once it is set up.
import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { Authenticator } from "./authenticator.js";
import { look } from "./looking.js";

/** What browsers asked of anybody but the server, and what scripts complained of. */
export interface Noticed {
  elsewhere: string[];
  complaints: string[];
}

export class Somebody {
  authenticator: Authenticator | undefined;
  /** Every page that the server sent them, as it was sent. */
  readonly received: string[] = [];

  private constructor(
    readonly login: string,
    readonly password: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** Somebody at a browser of their own. */
  static async at(browser: Browser, address: string, login: string, noticed: Noticed, script = true): Promise<Somebody> {
    // axe is a script that is not ours; the policy itself is tested elsewhere.
    const context = await browser.newContext({ baseURL: address, bypassCSP: true, javaScriptEnabled: script });
    const page = await context.newPage();
    const somebody = new Somebody(login, `${login} vellum ostrich kettle`, context, page);
    context.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(address) && !url.startsWith("data:") && !url.startsWith("chrome-error:")) noticed.elsewhere.push(url);
    });
    page.on("pageerror", (error) => noticed.complaints.push(error.message));
    page.on("response", async (response) => {
      const kind = response.headers()["content-type"] ?? "";
      if (!/html|json/.test(kind) || response.status() >= 300 && response.status() < 400) return;
      // A page that was left before it was read to its end is not kept.
      const text = await response.text().catch(() => "");
      somebody.received.push(text);
    });
    return somebody;
  }

  /** Types name and password, and a code where there is a second factor. */
  async signIn(): Promise<void> {
    const { page } = this;
    await page.goto("/sign-in");
    await page.getByLabel("Sign-in name").fill(this.login);
    await page.getByLabel("Password", { exact: true }).fill(this.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    if (this.authenticator !== undefined) {
      await page.getByLabel("Code of your authenticator app").fill(await this.authenticator.code());
      await page.getByRole("button", { name: "Go on" }).click();
    }
    await expect(page.getByRole("heading", { level: 1, name: "Your studies" })).toBeVisible();
  }

  /** Sets up the second factor on the page that asks for it, and keeps the recovery codes. */
  async setUpSecondFactor(picture?: string): Promise<void> {
    const { page } = this;
    await expect(page.getByRole("heading", { level: 1, name: "Set up your second factor" })).toBeVisible();
    if (picture !== undefined) await look(page, picture);
    const letters = await page.locator("ol.steps code").first().innerText();
    this.authenticator = new Authenticator(letters);
    await page.getByLabel("Code that the app shows now").fill(await this.authenticator.code());
    await page.getByRole("button", { name: "Use this app from now on" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Your recovery codes" })).toBeVisible();
    await page.getByRole("link", { name: "I have kept them" }).click();
  }

  /** Sets the password with the code that the manager gave, and signs in. */
  async arrive(code: string, picture?: string): Promise<void> {
    const { page } = this;
    await page.goto("/welcome");
    if (picture !== undefined) await look(page, picture);
    await page.getByLabel("Sign-in name").fill(this.login);
    await page.getByLabel("One-time code").fill(code);
    await page.getByLabel("New password", { exact: true }).fill(this.password);
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
    await this.signIn();
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}
