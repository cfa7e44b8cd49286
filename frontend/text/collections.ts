/** Messages about collections, in the gallery and over an open image. */
import { MAX_COLLECTIONS } from "../../worker/shared/organize.ts";
import { MAX_NAME_LENGTH, type nameProblem } from "../../worker/shared/names.ts";
import type { ErrorCode } from "../api/result.ts";
import { errors } from "./errors.ts";
import { number } from "./format.ts";
import { counted } from "./plural.ts";

const images = (count: number) => counted(count, { one: "image", other: "images" });
/** In its own direction, so that the rest of the sentence keeps its order (first strong isolate). */
const quoted = (name: string) => (name === "" ? "the collection" : `“\u2068${name}\u2069”`);

export const collectionsText = {
  title: "Collections",
  allImages: "All images",
  collection: (name: string) => `Collection: \u2068${name}\u2069`,
  unknown: "Collection",
  count: images,
  search: "Search collections",
  noneFound: "No collection has this name.",
  none: "No collections yet",
  noneWhy: "Group images by project, style or anything else. An image can be in several.",
  loading: "Loading…",
  tryAgain: "Try again",

  new: "New collection",
  name: "Name",
  namePlaceholder: "Collection name",
  create: "Create",
  rename: "Rename",
  save: "Save",
  delete: "Delete",
  cancel: "Cancel",
  close: "Close",
  deleteQuestion: (name: string) => `Delete ${quoted(name)}? Its images stay in your gallery.`,
  deleteConfirmed: "Delete collection",
  deleted: (name: string) => `${quoted(name)} deleted. Its images are still in your gallery.`,

  addTo: (count: number) => `Add ${images(count)} to a collection`,
  addToOne: (name: string) => `Add to ${quoted(name)}`,
  takeFrom: (name: string) => `Remove from ${quoted(name)}`,
  take: "Remove from this collection",
  drop: (count: number) => `Drop to add ${images(count)} to:`,
  added: (count: number, name: string) => `${images(count)} added to ${quoted(name)}.`,
  removed: (count: number, name: string) => `${images(count)} removed from ${quoted(name)}.`,
  notChanged: (count: number, code: ErrorCode) =>
    code === "not_found"
      ? "This collection was deleted. Your images are still in your gallery."
      : `${images(count)} couldn't be changed. ${errors.sentence(code)}`,
  view: "View",
  undo: "Undo",

  gone: "This collection no longer exists",
  goneWhy: "It was deleted. Its images are still in your gallery.",
  showAll: "Show all images",
  empty: "This collection is empty",
  emptyWhy: "Select images in your gallery and choose “Add to collection”.",

  nameProblem: (problem: NonNullable<ReturnType<typeof nameProblem>>) =>
    ({
      empty: "Enter a name.",
      too_long: `Use at most ${number(MAX_NAME_LENGTH)} characters.`,
      malformed: "This name contains characters that can't be used.",
    })[problem],
  /** Why a collection could not be created, renamed or deleted. */
  error: (code: ErrorCode) => {
    if (code === "maximum_reached")
      return `You have ${number(MAX_COLLECTIONS)} collections, the most possible. Delete one first.`;
    if (code === "invalid_request") return "This name can't be used. Choose another one.";
    return code === "not_found" ? "This collection was deleted." : errors.sentence(code);
  },
};
