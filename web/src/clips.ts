// Sends a recording in pieces: each with its SHA-256, one after the other, so that an upload that broke
// off goes on where it stopped. Nothing but the piece that is being sent is in memory.
import { find, make } from "./coding-room/parts.js";

/** As the server takes them. */
const PIECE = 4 * 1024 * 1024;

interface Upload {
  id: string;
  received: number;
}

const hex = (bytes: ArrayBuffer) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const hashOf = (bytes: BufferSource) => crypto.subtle.digest("SHA-256", bytes);

class Refused extends Error {}

async function ask(address: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(address, { method: "POST", headers: { accept: "application/json", ...headers }, body });
  const told = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok || response.status === 409) return { ...told, status: response.status };
  const why = told["happened"] ?? told["problem"] ?? `the server answered ${response.status}`;
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Error(String(why));
  throw new Refused(String(why));
}

/** Tries again when the network or the server is away; a refusal is final. */
async function patiently<T>(act: () => Promise<T>, tell: (text: string) => void): Promise<T> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 15_000)) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Refused) throw error;
      tell("The server cannot be reached; it goes on by itself when it is back. You may also close this page and choose the file again later.");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

export async function send(address: string, file: File, tell: (share: number, text: string) => void): Promise<string> {
  const json = { "content-type": "application/json" };
  const about = JSON.stringify({ name: file.name, size: file.size, changed: String(file.lastModified) });
  let share = 0;
  const wait = (text: string) => tell(share, text);
  const begun = await patiently(() => ask(address, about, json), wait);
  const upload: Upload = { id: String(begun["id"]), received: Number(begun["received"]) };
  const hashes: ArrayBuffer[] = [];
  for (let offset = 0; offset < file.size; offset += PIECE) {
    const piece = await file.slice(offset, offset + PIECE).arrayBuffer();
    const hash = await hashOf(piece);
    hashes.push(hash);
    share = Math.min(offset + piece.byteLength, file.size) / file.size;
    // What came before is read again for the hash of the whole, and not sent again.
    while (upload.received < offset + piece.byteLength) {
      const from = upload.received;
      const rest = piece.slice(from - offset);
      const own = from === offset ? hash : await hashOf(rest);
      const taken = await patiently(
        () => ask(`${address}/${upload.id}/${from}`, rest, {
          "content-type": "application/octet-stream", "x-piece-sha256": hex(own),
        }), wait);
      const received = Number(taken["received"]);
      if (!Number.isFinite(received) || received < offset) throw new Refused("the server lost what came before; choose the file again");
      upload.received = received;
    }
    tell(share, `${Math.floor(share * 100)} % of ${file.name} has arrived`);
  }
  const whole = await hashOf(await new Blob(hashes).arrayBuffer());
  const done = await patiently(() => ask(`${address}/${upload.id}/done`, JSON.stringify({ hash: hex(whole) }), json), wait);
  return String(done["name"]);
}

function listen(form: HTMLElement): void {
  const address = form.dataset["upload"] ?? "";
  const field = find("#upload-file", HTMLInputElement);
  const bar = find("#upload-bar", HTMLProgressElement);
  const said = find("#upload-said", HTMLElement);
  field.addEventListener("change", () => {
    const file = field.files?.[0];
    if (file === undefined) return;
    field.disabled = true;
    bar.hidden = false;
    const tell = (share: number, text: string) => {
      bar.value = share;
      said.textContent = text;
    };
    const leave = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", leave);
    send(address, file, tell).then((name) => {
      said.textContent = `${name} has arrived whole. Say below what it is.`;
      const choose = document.querySelector<HTMLSelectElement>("select[name=file]");
      choose?.append(make("option", { value: name }, name));
      if (choose !== null) choose.value = name;
      document.querySelector<HTMLInputElement>("input[name=title]")?.focus();
    }).catch((error: unknown) => {
      said.textContent = `It was not taken: ${error instanceof Error ? error.message : String(error)}.`;
    }).finally(() => {
      field.disabled = false;
      field.value = "";
      window.removeEventListener("beforeunload", leave);
    });
  });
}

const form = document.querySelector<HTMLElement>("[data-upload]");
if (form !== null) listen(form);
