// The loudness of a recording's sound as a band: the loudest of what one pixel stands for.
import type { Micros } from "./model.js";
import { onRecording, type Place } from "./place.js";
import type { View } from "./rows.js";

/** Values for each second, as the server writes them. */
export const PER_SECOND = 50;

const at = (ofRecording: Micros) => (ofRecording * PER_SECOND) / 1e6;

/** Draws from x = 0; `top` and `height` are those of the band. */
export function drawLoudness(
  context: CanvasRenderingContext2D, peaks: Uint8Array, view: View, place: Place, top: number, height: number,
): void {
  const first = at(onRecording(place, view.start));
  const perPixel = (at(onRecording(place, view.stop)) - first) / view.width;
  const middle = top + height / 2;
  for (let x = 0; x < view.width; x += 1) {
    const from = Math.floor(first + x * perPixel);
    const to = Math.max(from + 1, first + (x + 1) * perPixel);
    if (to <= 0 || from >= peaks.length) continue;
    let peak = 0;
    for (let one = Math.max(from, 0); one < to && one < peaks.length; one += 1) peak = Math.max(peak, peaks[one] ?? 0);
    const half = (peak / 255) * (height / 2 - 2);
    context.fillRect(x, middle - half, 1, Math.max(half * 2, 1));
  }
}
