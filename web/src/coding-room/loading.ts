// What the room asks the server for when it opens.
import { FrameTimes } from "./frame_times.js";
import type { Angle, RoomData } from "./model.js";

/** The server answered, and not with what was asked for. */
export class NotLoaded extends Error {
  constructor(readonly status: number) {
    super(`the server answered ${status}`);
  }
}

export async function load(address: string): Promise<RoomData> {
  const other = new URLSearchParams(window.location.search).get("with");
  const asked = other !== null && /^[0-9a-f-]{36}$/.test(other) ? `?with=${other}` : "";
  const response = await fetch(`${address}/data${asked}`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new NotLoaded(response.status);
  return (await response.json()) as RoomData;
}

export async function loadFrames(angle: Angle): Promise<FrameTimes> {
  const response = await fetch(angle.frame_times);
  if (!response.ok) throw new NotLoaded(response.status);
  return FrameTimes.read(await response.arrayBuffer(), angle.length, angle);
}
