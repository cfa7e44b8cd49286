/** Part of the text catalogue: the reference image of the form. */
import { createText } from "./create.ts";

export const referenceText = {
  add: "Image",
  addLabel: "Add a reference image",
  chip: "Reference",
  remove: "Remove the reference image",
  uploading: "Uploading…",
  drop: "Drop the image to start from it",
  uploadStarted: "Uploading the reference image.",
  uploadProgress: (percent: number) => `Reference image: ${createText.percent(percent)} uploaded.`,
  ready: "The reference image is ready.",
  canceled: "Upload canceled.",
  wait: "Wait until the reference image is uploaded.",
  oneAtATime: "An uploaded image makes one image at a time with this model. Choose 1 image.",
  cancel: "Cancel the upload",
  expired: "The reference image is no longer stored. Add it again.",
  /** `other`: a model that takes one. */
  notTaken: (model: string, other: string | null) =>
    other === null
      ? `${model} doesn't use reference images.`
      : `${model} doesn't use reference images. Choose ${other}.`,
  problems: {
    maximum_reached: "You've added many images that weren't used. Wait up to an hour, then add another one.",
    payload_too_large: "The image is too large. Choose one of at most 10 MB.",
    unsupported_media_type: "Choose a PNG, JPEG or WebP image.",
    invalid_image: "This file isn't an image that can be used. Choose one of at most 4096 pixels per side.",
  },
};
