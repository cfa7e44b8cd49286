/** How an image is placed in its stage. Pure; lengths in CSS pixels, positions measured from the stage's center. */

/** `scale` 1: the image fits the stage. `x` and `y`: the offset of its center from the stage's center. */
export type Transform = { scale: number; x: number; y: number };

export type Bounds = {
  stage: { width: number; height: number };
  /** The image at scale 1. */
  fit: { width: number; height: number };
  /** The scale at which one image pixel is one screen pixel. */
  full: number;
};

export type Point = { x: number; y: number };

/** A transform in fractions of the fitted image, so that it shows the same part of images of other sizes. */
export type View = Transform;

export const FIT: Transform = { scale: 1, x: 0, y: 0 };
/** How far beyond its own pixels an image can be enlarged. */
const MAX_FACTOR = 4;

export function boundsOf(
  stage: Bounds["stage"],
  image: { width: number; height: number },
  /** Screen pixels per CSS pixel. */
  density: number,
): Bounds {
  const scale = Math.min(stage.width / image.width, stage.height / image.height);
  const fit = { width: image.width * scale, height: image.height * scale };
  return { stage, fit, full: 1 / (scale * density) };
}

/** Limits scale and offset: the image leaves no gap where it could fill the stage, and is centered where it cannot. */
export function clampTransform({ scale, x, y }: Transform, { stage, fit, full }: Bounds): Transform {
  const size = Math.min(Math.max(scale, Math.min(1, full)), Math.max(2, full * MAX_FACTOR));
  const room = {
    x: Math.max(0, (fit.width * size - stage.width) / 2),
    y: Math.max(0, (fit.height * size - stage.height) / 2),
  };
  const within = (value: number, most: number) => Math.min(most, Math.max(-most, value)) || 0;
  return { scale: size, x: within(x, room.x), y: within(y, room.y) };
}

/** Enlarges by `factor` around a point, which stays where it is. */
export function zoomAt(transform: Transform, factor: number, { x, y }: Point, bounds: Bounds): Transform {
  const { scale } = clampTransform({ ...transform, scale: transform.scale * factor }, bounds);
  const applied = scale / transform.scale;
  return clampTransform(
    { scale, x: x - (x - transform.x) * applied, y: y - (y - transform.y) * applied },
    bounds,
  );
}

/** Switches between fitting and one image pixel per screen pixel; twice the size where those two are about the same. */
export function toggleZoom(transform: Transform, point: Point, bounds: Bounds): Transform {
  if (transform.scale !== 1) return FIT;
  const target = Math.abs(bounds.full - 1) > 0.15 ? bounds.full : 2;
  return zoomAt(transform, target, point, bounds);
}

/** The displayed size, 1 being one image pixel per screen pixel. */
export function displayScale(transform: Transform, bounds: Bounds): number {
  return transform.scale / bounds.full;
}

export function isOnImage({ x, y }: Point, transform: Transform, { fit }: Bounds): boolean {
  return (
    Math.abs(x - transform.x) <= (fit.width * transform.scale) / 2 &&
    Math.abs(y - transform.y) <= (fit.height * transform.scale) / 2
  );
}

export function viewOf({ scale, x, y }: Transform, { fit }: Bounds): View {
  return { scale, x: x / fit.width, y: y / fit.height };
}

/** The view on an image in its stage, limited to what that allows. */
export function transformOf({ scale, x, y }: View, bounds: Bounds | null): Transform {
  if (!bounds) return FIT;
  const { fit } = bounds;
  return clampTransform({ scale, x: x * fit.width, y: y * fit.height }, bounds);
}
