// Two people's codings of one recording, for whoever leads: where they differ, as a list and as marks
// on the timeline, each of which plays.
import type { CodedEvent, Micros } from "./model.js";
import { make } from "./parts.js";
import { clock } from "./rows.js";

export interface Difference {
  subject: string;
  start: Micros;
  stop: Micros;
  first: string;
  second: string;
}

export interface Compared {
  names: [string, string];
  events: [string, CodedEvent][];
  differences: Difference[];
}

/** What is played of a difference: a second before and after. */
export function around(one: Difference, end: Micros): { start: Micros; stop: Micros } {
  return { start: Math.max(one.start - 1e6, 0), stop: Math.min(one.stop + 1e6, end) };
}

/** The difference before or after a time; at the ends the last or the first one. */
export function next(differences: readonly Difference[], time: Micros, by: 1 | -1): Difference | null {
  if (differences.length === 0) return null;
  const inOrder = [...differences].sort((a, b) => a.start - b.start);
  const found = by > 0 ? inOrder.find((one) => one.start > time) : inOrder.reverse().find((one) => one.start < time);
  return found ?? (by > 0 ? inOrder[0] : inOrder[0]) ?? null;
}

export function fillDifferences(list: HTMLElement, compared: Compared, play: (one: Difference) => void): void {
  const longestFirst = [...compared.differences].sort((a, b) => b.stop - b.start - (a.stop - a.start));
  const items = longestFirst.map((one) => {
    const length = ((one.stop - one.start) / 1e6).toFixed(2);
    const button = make("button", { type: "button", class: "as-link" },
      `${clock(one.start, 1)}, ${length} s · ${one.subject}: `,
      make("b", {}, one.first), ` (${compared.names[0]}), `, make("b", {}, one.second), ` (${compared.names[1]})`);
    button.addEventListener("click", () => play(one));
    return make("li", {}, button);
  });
  list.replaceChildren(...items);
}
