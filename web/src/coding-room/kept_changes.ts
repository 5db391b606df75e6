// Changes that wait for the server, kept in the browser while they wait and no longer: a killed browser,
// or a tablet without network, loses at most the key that is being pressed. They hold codes and times
// under the coding's own number, no name of anybody; what the server has is deleted here at once.
import type { Waiting } from "./queue.js";

export interface Kept {
  /** Whether what waits outlasts this page. */
  readonly isSafe: boolean;
  write(waiting: readonly Waiting[]): void;
}

/** Nothing is kept: where the browser does not let us. */
export const NOTHING: Kept = { isSafe: false, write: () => {} };

/** Where texts are kept under names. */
export interface Shelf {
  get(name: string): Promise<string | null>;
  /** Done when it would outlast the end of the browser. */
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** What is kept of one coding, by the one page of this browser whose turn it is. */
export class KeptChanges implements Kept {
  private readonly name: string;
  private shelf: Shelf | null = null;
  private waiting: readonly Waiting[] = [];
  private last: Promise<void> = Promise.resolve();
  private isDue = false;
  private couldKeep = true;

  constructor(address: string) {
    this.name = `waiting ${address}`;
  }

  get isSafe(): boolean {
    return this.shelf !== null && this.couldKeep;
  }

  /** Keeps from now on what waits. Returns what an earlier page left: it stays there until the next `write`. */
  async takeUp(shelf: Shelf | null): Promise<Waiting[]> {
    if (shelf === null) return [];
    let left: Waiting[] = [];
    try {
      const read: unknown = JSON.parse((await shelf.get(this.name)) ?? "[]");
      if (Array.isArray(read)) left = read as Waiting[];
    } catch {
      left = [];
    }
    this.shelf = shelf;
    if (left.length === 0 && this.waiting.length > 0) this.keep(shelf);
    return left;
  }

  write(waiting: readonly Waiting[]): void {
    this.waiting = [...waiting];
    if (this.shelf !== null) this.keep(this.shelf);
  }

  /** One after the other, and each time what waits by then: nothing in between is ever gone from the shelf. */
  private keep(shelf: Shelf): void {
    if (this.isDue) return;
    this.isDue = true;
    this.last = this.last
      .then(() => {
        this.isDue = false;
        return this.waiting.length === 0 ? shelf.remove(this.name) : shelf.put(this.name, JSON.stringify(this.waiting));
      })
      // A full or forbidden shelf keeps nothing; the server still gets every change at once.
      .then(() => void (this.couldKeep = true), () => void (this.couldKeep = false));
  }
}

/** Whether it is this page's turn to keep, and when it will be. */
export interface Turn {
  now: boolean;
  comes: Promise<void>;
}

/**
 * Of the pages of this browser in which this coding is open, the first one keeps, until it is closed; then
 * the next one. Two at once would write over what the other one keeps.
 */
export async function turnOf(address: string): Promise<Turn> {
  const forEver = new Promise<void>(() => {});
  if (!("locks" in navigator)) return { now: true, comes: forEver };
  const name = `room ${address}`;
  const now = await new Promise<boolean>((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : forEver;
    }).catch(() => resolve(true));
  });
  if (now) return { now, comes: forEver };
  const comes = new Promise<void>((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return forEver;
    }).catch(() => {});
  });
  return { now, comes };
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
