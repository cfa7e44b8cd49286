/** Limits of what a user can store to organize images. */

export const MAX_PRESETS = 100;
export const MAX_COLLECTIONS = 500;
