// Changes that wait for the server, kept in the browser while they wait and no longer: a killed browser,
// or a tablet without network, loses at most the key that is being pressed. They hold codes and times
// under the coding's own number, no name of anybody; what the server has is deleted here at once.
import type { Coding } from "./coding.js";
import { same } from "./coding.js";
import type { Edit } from "./model.js";
import type { Waiting } from "./queue.js";

export interface Kept {
  /** Whether what waits outlasts this page. */
  readonly isSafe: boolean;
  read(): Waiting[];
  write(waiting: readonly Waiting[]): void;
}

/** Nothing is kept: where the browser does not let us. */
export const NOTHING: Kept = { isSafe: false, read: () => [], write: () => {} };

/** Where texts are kept under names. */
export interface Shelf {
  get(name: string): Promise<string | null>;
  /** Done when it would outlast the end of the browser. */
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** What is kept of one coding: read once, written in the order of the changes. */
export async function keptOn(address: string, shelf: Shelf | null): Promise<Kept> {
  if (shelf === null) return NOTHING;
  const name = `waiting ${address}`;
  let waiting: Waiting[] = [];
  try {
    const kept: unknown = JSON.parse((await shelf.get(name)) ?? "[]");
    if (Array.isArray(kept)) waiting = kept as Waiting[];
  } catch {
    waiting = [];
  }
  // A full or forbidden shelf keeps nothing; the server still gets every change at once.
  let last: Promise<void> = Promise.resolve();
  let isSafe = true;
  return {
    get isSafe() {
      return isSafe;
    },
    read: () => waiting,
    write: (changes) => {
      waiting = [...changes];
      const text = JSON.stringify(waiting);
      last = last
        .then(() => (changes.length === 0 ? shelf.remove(name) : shelf.put(name, text)))
        .then(() => void (isSafe = true), () => void (isSafe = false));
    },
  };
}

/**
 * Whether this page is the only one of this browser in which this coding is open; it stays so until it is
 * closed. Two pages would write over what the other one keeps.
 */
export function isOnlyPage(address: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`room ${address}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => {});
    }).catch(() => resolve(true));
  });
}

/** The browser's own database, asked to write to the disk at once. */
export function shelfOfBrowser(): Promise<Shelf | null> {
  return new Promise((resolve) => {
    if (typeof indexedDB === "undefined") {
      resolve(null);
      return;
    }
    const opened = indexedDB.open("attune-room", 1);
    opened.onupgradeneeded = () => opened.result.createObjectStore("changes");
    opened.onerror = () => resolve(null);
    opened.onblocked = () => resolve(null);
    opened.onsuccess = () => resolve(shelfOf(opened.result));
  });
}

function shelfOf(database: IDBDatabase): Shelf {
  const within = <T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      const transaction = database.transaction("changes", mode, { durability: "strict" });
      const asked = act(transaction.objectStore("changes"));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
    });
  return {
    get: async (name) => ((await within("readonly", (store) => store.get(name))) as string | undefined) ?? null,
    put: async (name, text) => void (await within("readwrite", (store) => store.put(text, name))),
    remove: async (name) => void (await within("readwrite", (store) => store.delete(name))),
  };
}

/** What was kept, sorted by what is to be done with it: sent again, known to the server, or no longer fitting. */
export function sortKept(coding: Coding, kept: readonly Waiting[]): { again: Waiting[]; lost: Waiting[] } {
  const again: Waiting[] = [];
  const lost: Waiting[] = [];
  for (const change of kept) {
    if (coding.fits(change.edits)) {
      coding.apply(change.doing, change.edits);
      again.push(change);
    } else if (!change.edits.every((edit) => isThere(coding, edit))) {
      lost.push(change);
    }
  }
  return { again, lost };
}

/** Whether the server has what an edit leads to: it was saved, and only the answer was lost. */
function isThere(coding: Coding, edit: Edit): boolean {
  const now = edit.of === "event" ? coding.events.get(edit.id) : coding.ratings.get(edit.id);
  return same(now ?? null, edit.after);
}
