/** Keys of the objects in R2. No other file builds keys. */

type Place = { userId: string; generationId: string };

export function outputKey({ userId, generationId }: Place, n: number, ext: string): string {
  return `${outputPrefix({ userId, generationId })}${n}.${ext}`;
}

export function thumbnailKey({ userId, generationId }: Place, n: number): string {
  return `${thumbnailPrefix({ userId, generationId })}${n}.webp`;
}

/** `side`: the longest, in pixels. */
export function variantKey({ userId, generationId }: Place, n: number, side: number): string {
  return `${thumbnailPrefix({ userId, generationId })}${n}-${side}.webp`;
}

/** Marks that the variant at `key` could not be made. Lies beside it, so that it is deleted with its generation. */
export function failedVariantKey(key: string): string {
  return `${key}.failed`;
}

/** A reference image that the user has uploaded. Without an extension: the type is in the object's metadata. */
export function uploadKey(userId: string, uploadId: string): string {
  return `uploads/${userId}/${uploadId}`;
}

function outputPrefix({ userId, generationId }: Place): string {
  return `outputs/${userId}/${generationId}/`;
}

function thumbnailPrefix({ userId, generationId }: Place): string {
  return `thumbs/${userId}/${generationId}/`;
}

/** All files of a generation have one of these prefixes. */
export function generationPrefixes(place: Place): string[] {
  return [outputPrefix(place), thumbnailPrefix(place)];
}

/** All files of a user have one of these prefixes. */
export function userPrefixes(userId: string): string[] {
  return [`outputs/${userId}/`, `thumbs/${userId}/`, `uploads/${userId}/`];
}
