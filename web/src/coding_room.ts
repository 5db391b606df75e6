// Opens the coding room: asks for the coding and the frames' times, then for the sound's loudness.
import { find, make } from "./coding-room/parts.js";
import { load, loadFrames, Room } from "./coding-room/room.js";

async function open(): Promise<void> {
  const address = document.body.dataset["room"];
  if (address === undefined) return;
  const data = await load(address);
  const first = data.angles[0];
  if (first === undefined) throw new Error("the coding has no recording");
  const frames = await loadFrames(first);
  const stage = find("#stage", HTMLElement);
  const videos = data.angles.map((angle, index) => {
    const video = make("video", { src: angle.media, preload: "auto", playsinline: "", tabindex: "-1",
      "aria-label": index === 0 ? "The recording" : `The recording, camera ${index + 1}` });
    video.disablePictureInPicture = true;
    video.muted = index > 0;
    video.addEventListener("contextmenu", (event) => event.preventDefault());
    return video;
  });
  stage.replaceChildren(...videos);
  stage.dataset["cameras"] = String(videos.length);
  const room = new Room(address, data, frames, videos);
  document.body.dataset["ready"] = "true";
  const at = new URLSearchParams(window.location.search).get("at");
  if (at !== null && /^\d+$/.test(at)) room.goTo(Number(at));
  if (first.peaks !== null) {
    const response = await fetch(first.peaks);
    if (response.ok) room.setPeaks(new Uint8Array(await response.arrayBuffer()));
  }
}

open().catch((error: unknown) => {
  const said = document.querySelector("#said");
  const why = error instanceof Error ? error.message : String(error);
  if (said !== null) said.textContent = `The room could not be opened (${why}). Reload the page; what was saved is safe.`;
});
