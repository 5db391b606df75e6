// Opens the coding room: asks for the coding and the frames' times, then for the pictures of the sound.
import { KeptChanges, shelfOfBrowser, turnOf } from "./coding-room/kept_changes.js";
import { load, loadFrames } from "./coding-room/loading.js";
import type { Angle } from "./coding-room/model.js";
import { find, make } from "./coding-room/parts.js";
import { Room } from "./coding-room/room.js";

async function open(): Promise<void> {
  const address = document.body.dataset["room"];
  if (address === undefined) return;
  const data = await load(address);
  const first = data.angles[0];
  const frames = first === undefined ? null : await loadFrames(first);
  const stage = find("#stage", HTMLElement);
  const videos = data.angles.map(videoOf);
  if (first !== undefined) {
    stage.replaceChildren(...videos);
    stage.dataset["cameras"] = String(videos.length);
  }
  const kept = new KeptChanges(address);
  const turn = data.only_look ? null : await turnOf(address);
  const left = turn?.now === true ? await kept.takeUp(await shelfOfBrowser()) : [];
  const room = new Room(address, data, frames, videos, kept, left);
  void turn?.comes.then(async () => room.takeOver(await shelfOfBrowser()));
  document.body.dataset["ready"] = "true";
  const at = new URLSearchParams(window.location.search).get("at");
  if (at !== null && /^\d+$/.test(at)) room.goTo(Number(at));
  await loadSound(room, first);
}

function videoOf(angle: Angle, index: number): HTMLVideoElement {
  const video = make("video", { src: angle.media, preload: "auto", playsinline: "", tabindex: "-1",
    "aria-label": index === 0 ? "The recording" : `The recording, camera ${index + 1}` });
  video.disablePictureInPicture = true;
  video.muted = index > 0;
  video.addEventListener("contextmenu", (event) => event.preventDefault());
  return video;
}

async function loadSound(room: Room, angle: Angle | undefined): Promise<void> {
  const bytes = async (address: string) => {
    const response = await fetch(address);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  };
  if (angle?.peaks != null) {
    const peaks = await bytes(angle.peaks);
    if (peaks !== null) room.setPeaks(peaks);
  }
  if (angle?.spectrum != null) {
    const spectrum = await bytes(angle.spectrum);
    if (spectrum !== null) room.setSpectrum(spectrum);
  }
}

open().catch((error: unknown) => {
  const said = document.querySelector("#said");
  const why = error instanceof Error ? error.message : String(error);
  if (said !== null) said.textContent = `The room could not be opened (${why}). Reload the page; what was saved is safe.`;
});
