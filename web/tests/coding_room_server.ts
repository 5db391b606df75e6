// The server of the coding room's tests: `coding_room` of attune-web's examples on a folder of its own,
// with a drawn clip that has its frame number burnt in. ATTUNE_CODING_ROOM is the program; without it
// (no ffmpeg on this machine) the tests say that they were skipped.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";

export const PROGRAM = process.env["ATTUNE_CODING_ROOM"] ?? "";
export const WHY_SKIPPED = "no program to test: ffmpeg is not on this machine";

export interface Made {
  study: string;
  coding: string;
  second: string;
  scanned: string;
  live: string;
  /** A session that is coded while it happens, without samples of time. */
  unsampled: string;
  /** The recording of the live session, for whoever leads. */
  film: string;
  /** A film of four cameras, and by how many microseconds each began later than the first. */
  four: string;
  /** The same, for whoever leads. */
  four_film: string;
  later: number[];
  password: string;
  frames: number;
  square: number;
}

export interface StoredEvent {
  behaviour: string;
  subject?: string;
  start: number;
  stop: number | null;
  start_frame?: number;
  stop_frame?: number;
  sampled?: { way: string; number: number };
}

export interface Stored {
  version: number;
  finished: boolean;
  events: [string, StoredEvent][];
  ratings: Record<string, unknown>;
}

export class RoomServer {
  readonly folder = mkdtempSync(join(tmpdir(), "coding-room-"));
  private process: ChildProcess | null = null;
  private gone: Promise<void> = Promise.resolve();
  made!: Made;
  origin = "";
  private port = 0;

  /** Starts the server, after a kill on the same port; the first time it also tells what it made. `path`: where it finds programs. */
  async start(path = process.env["PATH"] ?? ""): Promise<void> {
    await this.gone;
    const server = spawn(PROGRAM, [this.folder, String(this.port)], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, PATH: path } });
    this.process = server;
    await new Promise<void>((ready, fail) => {
      let text = "";
      server.stdout?.on("data", (bytes: Buffer) => {
        text += bytes.toString();
        const first = /^\{.*\}$/m.exec(text);
        if (first !== null) this.made = JSON.parse(first[0]) as Made;
        const listening = /listening on (http:\/\/127\.0\.0\.1:(\d+))/.exec(text);
        if (listening === null) return;
        this.origin = listening[1] as string;
        this.port = Number(listening[2]);
        ready();
      });
      server.on("exit", () => fail(new Error(`the server ended: ${text}`)));
    });
  }

  kill(): void {
    const server = this.process;
    if (server === null) return;
    server.removeAllListeners("exit");
    // Until it is gone it has its port and its store.
    if (server.exitCode === null && server.signalCode === null) this.gone = new Promise((resolve) => server.once("exit", () => resolve()));
    server.kill("SIGKILL");
  }

  end(): void {
    this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  study(rest: string): string {
    return `${this.origin}/studies/${this.made.study}${rest}`;
  }

  async signIn(page: Page, login: string): Promise<void> {
    await page.context().clearCookies();
    await page.goto(`${this.origin}/sign-in`);
    await page.fill("#login", login);
    await page.fill("#password", this.made.password);
    await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/sign-in")), page.click("main button[type=submit]")]);
  }

  /** Opens a coding that has a recording, at its first frame. */
  async open(page: Page, coding: string): Promise<void> {
    await page.goto(this.study(`/coding/${coding}`));
    await page.waitForSelector("body[data-ready=true]");
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    await showFrame(page, 0, "Home");
  }

  async stored(page: Page, coding: string): Promise<Stored> {
    const answer = await page.request.get(this.study(`/coding/${coding}/data`));
    expect(answer.status()).toBe(200);
    return (await answer.json()) as Stored;
  }
}

/** Presses a key and waits until the frame is shown. */
export async function showFrame(page: Page, frame: number, key: string): Promise<void> {
  await page.keyboard.press(key);
  try {
    await page.waitForFunction((wanted) => {
      const { frame: shown, settled } = document.body.dataset;
      return shown === String(wanted) && settled === "true";
    }, frame, { polling: "raf" });
  } catch (error) {
    throw new Error(`frame ${frame} was not shown: ${await page.evaluate(stateOfFilm)}`, { cause: error });
  }
}

/** Everything that may tell why a picture does not come. */
function stateOfFilm(): string {
  const { frame, settled } = document.body.dataset;
  const films = [...document.querySelectorAll("video")].map(({ readyState, networkState, seeking, paused, currentTime, error }) =>
    ({ readyState, networkState, seeking, paused, currentTime, error: error?.message }));
  return JSON.stringify({ frame, settled, visible: document.visibilityState, focused: document.activeElement?.outerHTML.slice(0, 80), open: document.querySelector("dialog[open]")?.id, films });
}

/** The number that is burnt into the picture that Chromium shows, of the first camera or another. */
export async function burntIn(page: Page, square: number, camera = 0): Promise<number> {
  return page.evaluate(([square, camera]) => {
    const video = document.querySelectorAll("video")[camera] as HTMLVideoElement;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    context.drawImage(video, 0, 0);
    let number = 0;
    for (let bit = 0; bit < 16; bit += 1) {
      const [shade] = context.getImageData(8 + bit * square + square / 2, 8 + square / 2, 1, 1).data;
      if ((shade ?? 0) > 128) number |= 1 << bit;
    }
    return number;
  }, [square, camera] as const);
}

/** The begins of the frames, in microseconds, as the server tells them. */
export async function frameTimes(page: Page, address: string): Promise<number[]> {
  const answer = await page.request.get(`${address}/frames/0`);
  expect(answer.status()).toBe(200);
  const bytes = await answer.body();
  return Array.from({ length: bytes.length / 8 }, (_, at) => Number(bytes.readBigInt64LE(at * 8)));
}

/** Holds the next request of an address back until told to let it go on. */
export async function held(page: Page, address: string): Promise<{ asked: Promise<void>; goOn: () => void }> {
  let isAsked = () => {};
  let goOn = () => {};
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const released = new Promise<void>((resolve) => (goOn = resolve));
  await page.route(address, async (route) => {
    isAsked();
    await released;
    await route.continue();
  }, { times: 1 });
  return { asked, goOn };
}

/** How many changes the browser keeps for its next page. */
export function keptChanges(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((resolve, reject) => {
    const opened = indexedDB.open("attune-room");
    opened.onerror = () => reject(opened.error ?? new Error("no database"));
    opened.onsuccess = () => {
      const asked = opened.result.transaction("changes").objectStore("changes").getAll();
      asked.onsuccess = () => {
        resolve((asked.result as string[]).reduce((sum, text) => sum + (JSON.parse(text) as unknown[]).length, 0));
        opened.result.close();
      };
    };
  }));
}

export async function saved(page: Page): Promise<void> {
  await page.waitForFunction(() => (document.body.dataset["waiting"] ?? "0") === "0");
}
