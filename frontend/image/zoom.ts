/** How a picture lies in its stage. Pure; lengths in CSS pixels, both measured from the stage's middle. */

/** `scale` 1 is the picture as it fits the stage; `x` and `y` are how far its middle is off the stage's. */
export type View = { scale: number; x: number; y: number };

export type Bounds = {
  stage: { width: number; height: number };
  /** The picture as it fits. */
  fit: { width: number; height: number };
  /** The scale at which each of the picture's pixels takes one of the screen's. */
  full: number;
};

type Point = { x: number; y: number };

export const FIT: View = { scale: 1, x: 0, y: 0 };
/** How far a picture can be enlarged beyond its own pixels. */
const BEYOND_FULL = 4;

export function boundsOf(
  stage: Bounds["stage"],
  picture: { width: number; height: number },
  /** The screen's pixels to one CSS pixel. */
  density: number,
): Bounds {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height);
  const fit = { width: picture.width * scale, height: picture.height * scale };
  return { stage, fit, full: 1 / (scale * density) };
}

/** Keeps the picture in sight: it never leaves a gap where it could fill the stage, and stays in the middle where not. */
export function clampView({ scale, x, y }: View, { stage, fit, full }: Bounds): View {
  const size = Math.min(Math.max(scale, Math.min(1, full)), Math.max(2, full * BEYOND_FULL));
  const room = {
    x: Math.max(0, (fit.width * size - stage.width) / 2),
    y: Math.max(0, (fit.height * size - stage.height) / 2),
  };
  const within = (value: number, most: number) => Math.min(most, Math.max(-most, value)) || 0;
  return { scale: size, x: within(x, room.x), y: within(y, room.y) };
}

/** Enlarges by `factor` around a point, which stays where it is under the finger. */
export function zoomAt(view: View, factor: number, { x, y }: Point, bounds: Bounds): View {
  const { scale } = clampView({ ...view, scale: view.scale * factor }, bounds);
  const real = scale / view.scale;
  return clampView({ scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real }, bounds);
}

/** To the picture's own pixels, or twice as large where those are about what fits anyway; and back. */
export function toggleZoom(view: View, point: Point, bounds: Bounds): View {
  if (view.scale !== 1) return FIT;
  const target = Math.abs(bounds.full - 1) > 0.15 ? bounds.full : 2;
  return zoomAt(view, target, point, bounds);
}

/** How large the picture shows, 1 being its own pixels. */
export function shownScale(view: View, bounds: Bounds): number {
  return view.scale / bounds.full;
}
