// How a change is sent, and the server's answers in the words of the queue.
import type { Answered, Post } from "./queue.js";

/** Browsers let 64 KiB of what they send outlast a page. */
const LASTS = 60_000;

export const AWAY = "the server cannot be reached";
export const NOT_YOURS = "this clip is not open to whoever is signed in now: sign in as yourself in another tab, and they are saved";

/** Why the server did not answer as it should, where trying again helps; otherwise null. */
export function whyLater(status: number): string | null {
  if (status === 401) return "you were signed out: sign in in another tab, and your changes are saved";
  if (status === 403 || status === 404) return NOT_YOURS;
  if (status === 408 || status === 429 || status >= 500) return "the server could not write";
  return null;
}

export function poster(address: string): Post {
  // What outlasts pages is counted over all of them: what was not taken is sent as anything else is.
  let mayLast = true;
  return async (change) => {
    const body = new TextEncoder().encode(JSON.stringify(change));
    const keepalive = mayLast && body.length < LASTS;
    mayLast = true;
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body, keepalive,
      });
      return await answered(response);
    } catch {
      mayLast = !keepalive;
      return { is: "later", why: AWAY };
    }
  };
}

/** An answer that breaks off says nothing: the change is sent again under its key, and counts once. */
async function answered(response: Response): Promise<Answered> {
  if (response.ok) {
    const { version } = (await response.json()) as { version?: unknown };
    return typeof version === "number" ? { is: "saved", version } : { is: "later", why: AWAY };
  }
  const later = whyLater(response.status);
  return later === null ? { is: "refused", why: await reason(response) } : { is: "later", why: later };
}

async function reason(response: Response): Promise<string> {
  try {
    const told = (await response.json()) as { happened?: string; problem?: string };
    return told.happened ?? told.problem ?? `answer ${response.status}`;
  } catch {
    return `answer ${response.status}`;
  }
}
