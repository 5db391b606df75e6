// What has been coded, and how it came about. Every change is a list of edits that name what was and
// what becomes; undo is the same list the other way round, and both ways are changes like any other.
import type { Change, CodedEvent, Doing, Edit, RatingAnswer } from "./model.js";

export function inverse(edits: readonly Edit[]): Edit[] {
  return [...edits].reverse().map((edit) => ({ ...edit, before: edit.after, after: edit.before }) as Edit);
}

/** Whether two values are the same when written down; absent and undefined are one. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const one = a as Record<string, unknown>;
  const other = b as Record<string, unknown>;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) if (!same(one[key], other[key])) return false;
  return true;
}

export class Coding {
  readonly events = new Map<string, CodedEvent>();
  readonly ratings = new Map<string, RatingAnswer>();
  private undoable: Edit[][] = [];
  private redoable: Edit[][] = [];
  /** Counts up with every change, so that what is drawn knows whether it is old. */
  revision = 0;

  constructor(
    events: Iterable<[string, CodedEvent]>,
    ratings: Record<string, RatingAnswer>,
    changes: readonly Change[],
  ) {
    this.reset(events, ratings, changes);
  }

  /** Begins again from what the server has. */
  reset(events: Iterable<[string, CodedEvent]>, ratings: Record<string, RatingAnswer>, changes: readonly Change[]): void {
    this.events.clear();
    this.ratings.clear();
    this.undoable = [];
    this.redoable = [];
    for (const [id, event] of events) this.events.set(id, event);
    for (const [id, answer] of Object.entries(ratings)) this.ratings.set(id, answer);
    for (const change of changes) this.remember(change.doing, change.edits);
    this.revision += 1;
  }

  /** Whether every edit still finds what it names. */
  fits(edits: readonly Edit[]): boolean {
    return edits.every((edit) => {
      const now = edit.of === "event" ? this.events.get(edit.id) : this.ratings.get(edit.id);
      return same(now ?? null, edit.before);
    });
  }

  /** Whether what every edit leads to is there already. */
  has(edits: readonly Edit[]): boolean {
    return edits.every((edit) => {
      const now = edit.of === "event" ? this.events.get(edit.id) : this.ratings.get(edit.id);
      return same(now ?? null, edit.after);
    });
  }

  /** How a change that was undone or done again elsewhere counts here: as such only where it is next in turn. */
  doingNow(doing: Doing, edits: readonly Edit[]): Doing {
    const next = doing === "undo" ? this.undo() : doing === "redo" ? this.redo() : null;
    return next !== null && same(next, edits) ? doing : "do";
  }

  apply(doing: Doing, edits: readonly Edit[]): void {
    for (const edit of edits) {
      if (edit.of === "event") put(this.events, edit.id, edit.after);
      else put(this.ratings, edit.id, edit.after);
    }
    this.remember(doing, edits);
    this.revision += 1;
  }

  /** What undo would do now. */
  undo(): Edit[] | null {
    const last = this.undoable[this.undoable.length - 1];
    return last === undefined ? null : inverse(last);
  }

  /** What redo would do now. */
  redo(): Edit[] | null {
    return this.redoable[this.redoable.length - 1] ?? null;
  }

  private remember(doing: Doing, edits: readonly Edit[]): void {
    if (doing === "undo") {
      this.undoable.pop();
      this.redoable.push(inverse(edits));
    } else {
      if (doing === "redo") this.redoable.pop();
      else this.redoable = [];
      this.undoable.push([...edits]);
    }
  }

  /** Events in the order of their begins. */
  inOrder(): [string, CodedEvent][] {
    return [...this.events].sort(([a, one], [b, other]) => one.start - other.start || (a < b ? -1 : 1));
  }

  /** The event before or after the selected one; without one, that before or after a time. At the ends the last and first. */
  neighbour(selected: string | null, time: number, by: 1 | -1): [string, CodedEvent] | null {
    const order = this.inOrder();
    const at = order.findIndex(([id]) => id === selected);
    const later = order.findIndex(([, event]) => event.start > time);
    const from = at >= 0 ? at + by : by > 0 ? later : (later < 0 ? order.length : later) - 1;
    return order[Math.min(Math.max(from < 0 && by > 0 ? order.length - 1 : from, 0), order.length - 1)] ?? null;
  }

  /** Bouts that have begun and not ended. */
  open(): [string, CodedEvent][] {
    return this.inOrder().filter(([, event]) => !event.point && event.stop === null);
  }
}

function put<T>(map: Map<string, T>, id: string, value: T | null): void {
  if (value === null) map.delete(id);
  else map.set(id, value);
}
