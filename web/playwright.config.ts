// Browser tests. The Chromium is the machine's own: no browser is downloaded.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "node_modules/.playwright-output",
  forbidOnly: true,
  reporter: [["list"]],
  workers: 2,
  // On a machine that nobody watches, what failed is tried once more, and is then told as flaky. Here it fails at
  // once: what fails now and then has had a real reason more than once.
  retries: process.env.CI === undefined ? 0 : 1,
  // What is waited for comes in a moment; a busy machine may take longer, and no test judges a time.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    browserName: "chromium",
    actionTimeout: 30_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    },
  },
});
