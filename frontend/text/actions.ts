/** Toasts after an action on images, on every page: favorites, deletions and files. */
import { number } from "./format.ts";
import { counted } from "./plural.ts";

const images = (count: number) => counted(count, { one: "image", other: "images" });

export const actionsText = {
  favored: (count: number) => `${images(count)} added to favorites.`,
  unfavored: (count: number) => `${images(count)} removed from favorites.`,
  notFavored: (count: number, why: string) => `${images(count)} couldn't be changed. ${why}`,
  deleted: (count: number) => `${images(count)} deleted.`,
  undo: "Undo",
  notDeleted: (count: number, why: string) => `${images(count)} couldn't be deleted. ${why}`,
  tooManyToDelete: (most: number) => `At most ${number(most)} can be deleted at a time.`,
  collect: "Add to collection",
  copyImage: "Copy image",
  imageCopied: "Image copied.",
  imageNotCopied: "The image couldn't be copied. Try downloading it.",
  fetchingFile: "Preparing the file…",
  fileReady: "The file is ready.",
  saveFile: "Save…",
  notSaved: "The file couldn't be saved. Check your connection and try again.",
  reference: "Use as reference",
  upscale: "Upscale",
};
