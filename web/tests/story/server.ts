// `attune serve` as whoever runs a server starts it: an empty folder, a first-run code printed once. It can be
// killed as a failing machine kills it, and started again at the same address.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** The program that the test run has built; without it there is no story to tell. */
export const PROGRAM = process.env.ATTUNE_PROGRAM ?? "";

export class Server {
  address = "";
  /** What it printed before it was ready. */
  said = "";
  private port = 0;
  private process: ChildProcess | undefined;

  constructor(
    readonly folder: string,
    private readonly database: string | undefined,
  ) {}

  /** Starts it; resolves when it says that it is ready. */
  async start(): Promise<void> {
    const chosen = this.database === undefined ? [] : ["--database", this.database];
    const listen = ["--listen", `127.0.0.1:${this.port}`];
    const server = spawn(PROGRAM, ["serve", "--data", this.folder, ...listen, ...chosen], { stdio: ["ignore", "pipe", "pipe"] });
    this.process = server;
    this.said = "";
    let complaints = "";
    server.stderr.on("data", (bytes: Buffer) => (complaints = (complaints + bytes.toString()).slice(-4000)));
    await new Promise<void>((ready, fail) => {
      server.stdout.on("data", (bytes: Buffer) => {
        this.said += bytes.toString();
        const listening = /^listening on (http:\/\/127\.0\.0\.1:(\d+))$/m.exec(this.said);
        if (listening === null) return;
        this.address = listening[1] as string;
        this.port = Number(listening[2]);
        ready();
      });
      server.on("exit", () => fail(new Error(`the server ended before it was ready: ${this.said}${complaints}`)));
    });
  }

  /** The code that makes the first account. */
  firstRunCode(): string {
    return /first-run code: (\S+)/.exec(this.said)?.[1] ?? "";
  }

  /** Ends it as a power cut does: nothing is said to it, nothing is written any more. */
  async kill(): Promise<void> {
    const server = this.process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  }

  /** Ends it as an administrator does, and gives its exit code. */
  async stop(): Promise<number | null> {
    const server = this.process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return null;
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
    return server.exitCode;
  }
}
