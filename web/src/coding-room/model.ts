// What the server tells the room, in its own shapes. Times are whole microseconds, stretches half open:
// the frame at which a state ends no longer belongs to it.

import type { Compared } from "./comparison.js";

export type Micros = number;

export interface Modifier {
  id: string;
  label: string;
  kind: "one" | "several" | "number";
  words: string[];
  minimum: number | null;
  maximum: number | null;
}

export interface Behaviour {
  id: string;
  label: string;
  definition: string;
  key: string | null;
  kind: "state" | "point" | "act" | "span";
  /** An act that has no duration is a point, too. */
  point: boolean;
  /** Set that it belongs to, for states. */
  set: string | null;
  subjects: string[];
  targets: string[];
  modifiers: Modifier[];
}

export interface StateSet {
  id: string;
  label: string;
  exclusive: boolean;
  exhaustive: boolean;
}

export type SubjectKind = "infant" | "carer" | "staff-member" | "group";

export interface Subject {
  id: string;
  label: string;
  kind: SubjectKind;
  key: string | null;
  many: boolean;
}

export interface RatingScale {
  id: string;
  label: string;
  definition: string;
  minimum: number;
  maximum: number;
  step: number;
  anchors: [number, string][];
  may_be_not_codable: boolean;
}

export type SampleWay = "interval" | "whole-interval" | "momentary" | "scan";

export type Sampling = { kind: "continuous" } | { kind: SampleWay; seconds: number };

export interface Scheme {
  title: string;
  sampling: Sampling[];
  subjects: Subject[];
  sets: StateSet[];
  behaviours: Behaviour[];
  ratings: RatingScale[];
}

export interface CodedEvent {
  behaviour: string;
  subject?: string;
  target?: string;
  modifiers?: Record<string, number | string[]>;
  start: Micros;
  /** None for a point, and for a bout whose end nobody recorded. */
  stop: Micros | null;
  point: boolean;
  start_frame?: number;
  stop_frame?: number;
  comment?: string;
  /** The sample that it answers; it then reaches over the sample's interval. */
  sampled?: { way: SampleWay; number: number };
}

/** Codes of the room itself, which every scheme has: they are coded for nobody in particular, but for presence, and
    for somebody whom a sample does not show. */
export const NOT_CODABLE = "not-codable";
export const OBSERVED = "observed";
export const SAMPLED = "sampled";
/** Somebody is there, also where they do nothing that is coded. */
export const PRESENT = "present";

export type RatingAnswer = "not-codable" | { rated: number };

export type Edit =
  | { of: "event"; id: string; before: CodedEvent | null; after: CodedEvent | null }
  | { of: "rating"; id: string; before: RatingAnswer | null; after: RatingAnswer | null };

export type Doing = "do" | "undo" | "redo";

export interface Change {
  version: number;
  doing: Doing;
  edits: Edit[];
}

export interface Angle {
  media: string;
  frame_times: string;
  peaks: string | null;
  spectrum: string | null;
  /** Where it lies on the coder's clock. */
  offset: Micros;
  drift: number;
  length: Micros;
}

export interface ProposedSpeech {
  start: Micros;
  stop: Micros;
  rank: number | null;
}

export interface RoomData {
  code: string;
  training: boolean;
  finished: boolean;
  /** Somebody else's: whoever leads the coding may look. */
  only_look: boolean;
  version: number;
  scheme: Scheme;
  /** None for a session that is coded while it happens, and for a project of another tool. */
  angles: Angle[];
  /** A coder's own project from another tool. */
  own: boolean;
  /** Where a machine hears somebody speak; only where the coder may see it. */
  proposals: ProposedSpeech[];
  /** Another person's coding of the same recording, for whoever leads. */
  compared: Compared | null;
  events: [string, CodedEvent][];
  ratings: Record<string, RatingAnswer>;
  changes: Change[];
}

export function isOpen(event: CodedEvent): boolean {
  return !event.point && event.stop === null;
}
