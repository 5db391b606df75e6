// An authenticator app: codes by time from a secret that was typed in (RFC 6238: SHA-1, six digits, thirty
// seconds). A code counts once, so it waits for the next one where the last is used up.
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECONDS = 30;

export class Authenticator {
  private lastStep = 0;
  private readonly secret: Buffer;

  /** From the letters that the page shows beneath the picture. */
  constructor(letters: string) {
    this.secret = bytesOf(letters);
  }

  /** A code that was not given before. Servers take the step that comes next as well, since clocks differ. */
  async code(): Promise<string> {
    const step = () => Math.floor(Date.now() / 1000 / SECONDS);
    while (this.lastStep > step()) await pause(500);
    this.lastStep = Math.max(this.lastStep + 1, step());
    return codeAt(this.secret, this.lastStep);
  }
}

/** Base32 without padding, blanks ignored. */
function bytesOf(letters: string): Buffer {
  const bits = [...letters.replaceAll(" ", "").toUpperCase()]
    .map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

export function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  const number = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000;
  return String(number).padStart(6, "0");
}
