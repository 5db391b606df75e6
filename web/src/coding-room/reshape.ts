// Changing what was coded: edges, frames, cutting, joining, details. Each gives edits, or says why not.
import type { Coding } from "./coding.js";
import type { CodedEvent, Edit, Micros } from "./model.js";
import { frameOf, type Times } from "./player.js";

export type Reshaped = { edits: Edit[] } | { said: string };
export type Edge = "start" | "stop";

function replace(id: string, before: CodedEvent, after: CodedEvent | null): Edit {
  return { of: "event", id, before, after };
}

/** Moves an edge to the frame that is shown at a time. A point moves as a whole. */
export function moveEdge(coding: Coding, frames: Times, id: string, edge: Edge, time: Micros): Reshaped {
  const event = coding.events.get(id);
  if (event === undefined) return { said: "Nothing is selected." };
  const to = frames.snap(time);
  const frame = <K extends "start_frame" | "stop_frame">(name: K) => frameOf(name, frames, to);
  if (event.point) return { edits: [replace(id, event, { ...event, start: to, ...frame("start_frame") })] };
  if (edge === "start") {
    if (event.stop !== null && to >= event.stop) return { said: "A bout begins before it ends." };
    if (to === event.start) return { said: "It begins there already." };
    return { edits: [replace(id, event, { ...event, start: to, ...frame("start_frame") })] };
  }
  if (to <= event.start) return { said: "A bout ends after it begins." };
  if (to === event.stop) return { said: "It ends there already." };
  return { edits: [replace(id, event, { ...event, stop: to, ...frame("stop_frame") })] };
}

/** Moves an edge by frames. */
export function nudge(coding: Coding, frames: Times, id: string, edge: Edge, by: number): Reshaped {
  const event = coding.events.get(id);
  if (event === undefined) return { said: "Nothing is selected." };
  const at = edge === "stop" && !event.point ? event.stop : event.start;
  if (at === null) return { said: "This bout has no end yet." };
  const frame = Math.min(Math.max(frames.at(at) + by, 0), frames.count - 1);
  return moveEdge(coding, frames, id, edge, frames.start(frame));
}

/** Cuts a bout in two at the frame that is shown. */
export function split(coding: Coding, frames: Times, id: string, time: Micros, newId: string): Reshaped {
  const event = coding.events.get(id);
  if (event === undefined) return { said: "Nothing is selected." };
  const at = frames.snap(time);
  const within = !event.point && at > event.start && (event.stop === null || at < event.stop);
  if (!within) return { said: "Go to a frame within the bout to cut it there." };
  const first = { ...event, stop: at, ...frameOf("stop_frame", frames, at) };
  const second = { ...event, start: at, ...frameOf("start_frame", frames, at) };
  return {
    edits: [replace(id, event, first), { of: "event", id: newId, before: null, after: second }],
  };
}

/** Joins a bout with the next one of the same behaviour and person. */
export function merge(coding: Coding, id: string): Reshaped {
  const event = coding.events.get(id);
  if (event === undefined || event.point) return { said: "Select a bout to join it with the next one." };
  const next = coding
    .inOrder()
    .find(
      ([other, one]) =>
        other !== id &&
        !one.point &&
        one.start >= event.start &&
        one.behaviour === event.behaviour &&
        one.subject === event.subject &&
        one.target === event.target,
    );
  if (next === undefined) return { said: "There is no later bout of the same behaviour to join it with." };
  const [nextId, last] = next;
  const { stop_frame: _, ...rest } = event;
  const joined: CodedEvent = {
    ...rest,
    stop: last.stop,
    ...(last.stop_frame === undefined ? {} : { stop_frame: last.stop_frame }),
  };
  return { edits: [replace(id, event, joined), replace(nextId, last, null)] };
}

export function remove(coding: Coding, id: string): Reshaped {
  const event = coding.events.get(id);
  return event === undefined ? { said: "Nothing is selected." } : { edits: [replace(id, event, null)] };
}

/** Details and comment. */
export function amend(coding: Coding, id: string, change: Partial<CodedEvent>): Reshaped {
  const event = coding.events.get(id);
  if (event === undefined) return { said: "It is no longer there." };
  const after: CodedEvent = { ...event, ...change };
  if (after.comment === "") delete after.comment;
  if (after.modifiers !== undefined && Object.keys(after.modifiers).length === 0) delete after.modifiers;
  return { edits: [replace(id, event, after)] };
}
