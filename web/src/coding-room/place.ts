// Where a recording lies on the clock by which is coded: a begin, and a rate where two clocks differ.
import type { Micros } from "./model.js";

export interface Place {
  /** Time of the clock at which the recording begins. */
  offset: Micros;
  /** By how many millionths a second of the recording is longer on the clock. */
  drift: number;
}

/** The recording gives the clock. */
export const ITS_OWN: Place = { offset: 0, drift: 0 };

export function onClock(place: Place, ofRecording: Micros): Micros {
  return Math.round(place.offset + ofRecording + (ofRecording * place.drift) / 1e6);
}

export function onRecording(place: Place, ofClock: Micros): Micros {
  return (ofClock - place.offset) / (1 + place.drift / 1e6);
}
