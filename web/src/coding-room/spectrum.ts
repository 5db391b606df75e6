// The spectrum of the sound under the timeline. It was computed when the recording was taken in; here
// its columns are only put on the canvas, again when the view changes.
import { onRecording, type Place } from "./place.js";
import type { View } from "./rows.js";

/** As the server writes it: bands of a column, lowest first, and columns for each second. */
export const BANDS = 48;
export const COLUMNS_PER_SECOND = 25;

/** At most so many columns are looked at for one pixel: a view of hours stays quick. */
const MOST_PER_PIXEL = 6;

export class Spectrum {
  private readonly image = document.createElement("canvas");

  constructor(private readonly bytes: Uint8Array) {}

  /** `place`: where on the timeline the recording lies. */
  draw(context: CanvasRenderingContext2D, view: View, place: Place, top: number, height: number): void {
    const width = Math.max(Math.floor(view.width), 1);
    this.image.width = width;
    this.image.height = BANDS;
    const own = this.image.getContext("2d");
    if (own === null) return;
    const pixels = own.createImageData(width, BANDS);
    const column = (time: number) => (onRecording(place, time) * COLUMNS_PER_SECOND) / 1e6;
    const first = column(view.start);
    const perPixel = (column(view.stop) - first) / width;
    const stride = Math.max(perPixel / MOST_PER_PIXEL, 1);
    for (let x = 0; x < width; x += 1) {
      const from = first + x * perPixel;
      for (let band = 0; band < BANDS; band += 1) {
        let loudest = 0;
        for (let at = Math.floor(from); at < from + Math.max(perPixel, 1); at += stride) {
          const one = Math.floor(at);
          if (one >= 0) loudest = Math.max(loudest, this.bytes[one * BANDS + band] ?? 0);
        }
        const place = ((BANDS - 1 - band) * width + x) * 4;
        const [red, green, blue] = HEAT[loudest] as [number, number, number];
        pixels.data[place] = red;
        pixels.data[place + 1] = green;
        pixels.data[place + 2] = blue;
        pixels.data[place + 3] = 255;
      }
    }
    own.putImageData(pixels, 0, 0);
    context.drawImage(this.image, 0, top, view.width, height);
  }
}

/** From the page's dark through green-blue to ochre: rising in lightness throughout. */
const HEAT: [number, number, number][] = Array.from({ length: 256 }, (_, byte) => {
  const share = byte / 255;
  const stops: [number, number, number][] = [[20, 24, 30], [28, 72, 84], [86, 158, 150], [240, 204, 130], [255, 246, 222]];
  const at = Math.min(share * (stops.length - 1), stops.length - 1.0001);
  const [low, high] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]] as [number[], number[]];
  const mixed = low.map((value, part) => value + ((high[part] ?? 0) - value) * (at % 1));
  return mixed.map(Math.round) as [number, number, number];
});
