/** Geometry of zones and pictures in 0..1: where a picture lies in its frame, what a polygon covers. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
export type Polygon = readonly (readonly [number, number])[];

/** Where a picture of that size lies when it is fitted whole into a frame; null while its size is unknown: nothing is drawn at a guess. */
export function contain(pictureWidth: number, pictureHeight: number, frameWidth: number, frameHeight: number): Rect | null {
  if (pictureWidth <= 0 || pictureHeight <= 0) return null;
  const scale = Math.min(frameWidth / pictureWidth, frameHeight / pictureHeight);
  const width = pictureWidth * scale;
  const height = pictureHeight * scale;
  return { x: (frameWidth - width) / 2, y: (frameHeight - height) / 2, width, height };
}

/** The share of the picture that a polygon covers. */
export function share(polygon: Polygon): number {
  const twice = polygon.reduce((sum, [x1, y1], index) => {
    const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1];
    return sum + x1 * y2 - x2 * y1;
  }, 0);
  return Math.abs(twice) / 2;
}

/** `points` for an SVG polygon whose viewBox is 100 by 100. */
export const svgPoints = (polygon: Polygon): string => polygon.map(([x, y]) => `${(x * 100).toFixed(2)},${(y * 100).toFixed(2)}`).join(" ");
