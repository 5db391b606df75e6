// What is coded beside the scheme: stretches in which nothing can be coded, and people who are there without
// doing anything that is coded.
import type { Coding } from "./coding.js";
import type { CodedEvent, Edit, Micros, Scheme } from "./model.js";
import { NOT_CODABLE, PRESENT } from "./model.js";
import { frameOf, type Times } from "./player.js";
import { codedName, finish, subjectLabel, subjectOf, type Who } from "./press.js";

interface Now {
  scheme: Scheme;
  coding: Coding;
  frames: Times;
  newId: () => string;
}

type Change = (edits: Edit[]) => void;

/** From here nothing can be coded; or the stretch in which nothing could ends here. Says which. */
export function toggleNotCodable(now: Now, time: Micros, change: Change): string {
  const open = [...now.coding.events].find(([, event]) => event.behaviour === NOT_CODABLE && event.subject === undefined && event.stop === null);
  if (open === undefined) {
    const event: CodedEvent = { behaviour: NOT_CODABLE, start: time, stop: null, point: false, ...frameOf("start_frame", now.frames, time) };
    change([{ of: "event", id: now.newId(), before: null, after: event }]);
    return "Cannot be coded from here; again where it can";
  }
  const ended = finish(now, open, time);
  if (ended.does === "edit") change(ended.edits);
  return ended.does === "say" ? ended.said : "Can be coded again";
}

/** Whoever is chosen is there; once more takes it back. Says which. */
export function togglePresent(now: Now, who: Who, time: Micros, change: Change): string {
  const subject = subjectOf(now.scheme, who.subject ?? "");
  if (subject === undefined) return "Who is there? First press the key of a person.";
  const name = codedName(subject, who);
  const label = subjectLabel(now.scheme, name);
  const there = [...now.coding.events].find(([, event]) => event.behaviour === PRESENT && event.subject === name);
  if (there !== undefined) {
    change([{ of: "event", id: there[0], before: there[1], after: null }]);
    return `${label} is not noted as being there any more`;
  }
  const event: CodedEvent = { behaviour: PRESENT, subject: name, start: time, stop: null, point: true, ...frameOf("start_frame", now.frames, time) };
  change([{ of: "event", id: now.newId(), before: null, after: event }]);
  return `${label} is there`;
}
