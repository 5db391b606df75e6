// What was coded, in words.
import type { Behaviour, CodedEvent, Edit, Scheme } from "./model.js";
import { NOT_CODABLE, OBSERVED, PRESENT, SAMPLED } from "./model.js";
import { labelOf, subjectLabel } from "./press.js";
import { clock } from "./rows.js";

export const TARGETS: Record<string, string> = {
  "own-infant": "own infant",
  "other-infant": "another infant",
  "own-parent": "own parent",
  "other-parent": "another parent",
  staff: "staff",
  group: "the group",
};

/** Stretches of the room's own, which every scheme has. */
export const OWN: Record<string, string> = {
  [NOT_CODABLE]: "Cannot be coded",
  [OBSERVED]: "Session",
  [SAMPLED]: "Sample answered",
  [PRESENT]: "is there",
};

/** To whom an act is, after its name: "Speaks to" needs no second "to". */
export function toWhom(scheme: Scheme, act: string, target: string): string {
  return `${act.endsWith(" to") ? "" : " to"} ${TARGETS[target] ?? subjectLabel(scheme, target)}`;
}

/** To whom an act may go, in words. */
export function targetsOf(behaviour: Behaviour): { word: string; label: string }[] {
  return behaviour.targets.map((word) => ({ word, label: TARGETS[word] ?? word }));
}

export function wordsOf(scheme: Scheme, event: CodedEvent): string {
  const who = event.subject === undefined ? "" : `${subjectLabel(scheme, event.subject)}: `;
  const isUnseen = event.behaviour === NOT_CODABLE && event.subject !== undefined;
  const what = isUnseen ? "cannot be seen" : (OWN[event.behaviour] ?? labelOf(scheme, event));
  const to = event.target === undefined ? "" : toWhom(scheme, what, event.target);
  const details = Object.values(event.modifiers ?? {}).map((one) => (Array.isArray(one) ? one.join(", ") : String(one)));
  const end = event.point ? "" : event.stop === null ? " – no end yet" : ` – ${clock(event.stop)}`;
  const sample = event.sampled === undefined ? "" : `, sample ${event.sampled.number + 1}`;
  const comment = event.comment === undefined || event.behaviour === OBSERVED ? "" : ` “${event.comment}”`;
  return `${who}${what}${to}${details.length > 0 ? ` (${details.join("; ")})` : ""} ${clock(event.start)}${end}${sample}${comment}`;
}

/** What a change is about. */
export function wordsOfEdit(scheme: Scheme, edit: Edit): string {
  if (edit.of === "rating") {
    const answer = edit.after === null ? "no answer" : edit.after === "not-codable" ? "cannot be judged" : String(edit.after.rated);
    return `Rating: ${scheme.ratings.find((scale) => scale.id === edit.id)?.label ?? edit.id}, ${answer}`;
  }
  const event = edit.after ?? edit.before;
  return event === null ? "" : `${edit.after === null ? "Deleted: " : ""}${wordsOf(scheme, event)}`;
}
