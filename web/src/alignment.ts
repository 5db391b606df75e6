// Opens the page that lines cameras up: asks for the places, the frames' times and the sound of each camera.
import { type AlignmentSent, type CameraSent, Desk } from "./alignment/desk.js";
import { Fields } from "./alignment/fields.js";
import { FrameTimes } from "./coding-room/frame_times.js";
import { find, make } from "./coding-room/parts.js";

async function bytes(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.arrayBuffer();
}

function videoOf(camera: CameraSent, index: number): HTMLVideoElement {
  const label = `Camera ${index + 1}`;
  const video = make("video", { src: camera.media, preload: "auto", playsinline: "", tabindex: "-1", "aria-label": label });
  video.disablePictureInPicture = true;
  video.addEventListener("contextmenu", (event) => event.preventDefault());
  return video;
}

async function open(root: HTMLElement, address: string): Promise<void> {
  const response = await fetch(`${address}/data`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const data = (await response.json()) as AlignmentSent;
  const frames = await Promise.all(data.cameras.map(async (one) => FrameTimes.read(await bytes(one.frame_times), one.length)));
  const loudness = await Promise.all(data.cameras.map(async (one) => (one.loudness === null ? null : new Uint8Array(await bytes(one.loudness)))));
  const fields = new Fields(find("#places", HTMLFormElement));
  root.replaceChildren();
  new Desk(data, { frames, loudness, videos: data.cameras.map(videoOf) }, fields, root);
  document.body.dataset["ready"] = "true";
}

const root = document.querySelector<HTMLElement>("[data-align]");
if (root !== null) {
  open(root, root.dataset["align"] ?? "").catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    root.replaceChildren(make("p", {}, `The tracks could not be drawn (${why}). Type the seconds below, or load the page again.`));
  });
}
