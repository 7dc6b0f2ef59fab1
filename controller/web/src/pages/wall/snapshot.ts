/** Saves the picture of a tile as a PNG on this computer. */
import { dateTime } from "../../lib/format";
import { now_ms } from "../place";

export function saveBlob(blob: Blob, camera: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${camera}_${dateTime(now_ms.value).replace(/[ :]/g, "-")}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveFrame(video: HTMLVideoElement, camera: string): void {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  canvas.toBlob((blob) => blob && saveBlob(blob, camera));
}
