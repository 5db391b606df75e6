// One event on its row of the timeline: a box for a bout, a dot for a point.
import { NOT_CODABLE, OBSERVED, PRESENT, type Scheme } from "./model.js";
import { labelOf } from "./press.js";
import type { Box, Row } from "./rows.js";

const HEIGHT = 15;
const INK = "#e9e4da";

/** Hues that differ for people who see few colours, too: they differ in lightness. */
const COLOURS = ["#6fc3bf", "#e3b163", "#9db4ee", "#d98cb3", "#a8cf7c", "#e58f6f", "#c3b1ea", "#86c5e8", "#d9cf7a"];

export interface OnRow {
  top: number;
  pitch: number;
  isSelected: boolean;
}

export function drawBox(context: CanvasRenderingContext2D, scheme: Scheme, row: Row, box: Box, { top, pitch, isSelected }: OnRow): void {
  const { event } = box;
  const at = scheme.behaviours.findIndex((one) => one.id === event.behaviour);
  const isOwn = event.behaviour === NOT_CODABLE || event.behaviour === OBSERVED || event.behaviour === PRESENT;
  const colour = isOwn ? "#868d97" : (COLOURS[(at < 0 ? 0 : at) % COLOURS.length] as string);
  const y = top + (pitch - HEIGHT) / 2;
  const width = box.right - box.left;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  if (event.point) {
    context.beginPath();
    context.arc(box.left, top + pitch / 2, 5, 0, Math.PI * 2);
    if (row.second === true) context.stroke();
    else context.fill();
  } else {
    context.globalAlpha = event.stop === null ? 0.55 : isOwn ? 0.4 : row.second === true ? 0.6 : 0.92;
    context.fillRect(box.left, y, width, HEIGHT);
    context.globalAlpha = 1;
    if (event.sampled !== undefined && width > 8) context.strokeRect(box.left + 1.5, y - 1.5, width - 3, HEIGHT + 3);
    if (width > 40 && event.behaviour !== OBSERVED) {
      context.save();
      context.beginPath();
      context.rect(box.left, y, width - 4, HEIGHT);
      context.clip();
      context.fillStyle = isOwn ? INK : "#10141a";
      context.fillText(isOwn ? (event.sampled === undefined ? "cannot be coded" : "cannot be seen") : labelOf(scheme, event), box.left + 4, y + HEIGHT / 2 + 0.5);
      context.restore();
    }
  }
  if (isSelected && row.second !== true) {
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    context.strokeRect(box.left - (event.point ? 7 : 1), y - 2, event.point ? 14 : width + 2, HEIGHT + 4);
    context.lineWidth = 1;
  }
}
