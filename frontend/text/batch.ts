/** Part of the text catalogue: several images that were submitted together. */
import { number } from "./format.ts";
import { counted } from "./plural.ts";

export const batchText = {
  /** Before the choice of how many images to create. */
  images: "Images",
  countLabel: (count: number) => counted(count, { one: "image", other: "images" }),
  name: (count: number) => counted(count, { one: "image", other: "images" }),
  ready: (ready: number, of: number) => `${number(ready)} of ${number(of)} ready`,
  cancelAll: "Cancel all",
  retryMissing: "Retry missing",
  missing: "Not created.",
  cancelOne: (at: number) => `Cancel image ${number(at)}`,
  againWhat: (count: number) => `${counted(count, { one: "image", other: "images" })} more, with new seeds`,
};
