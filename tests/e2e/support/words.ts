/** All message files, by which tests find elements on the screen. */
import { accountText } from "../../../frontend/text/account.ts";
import { collectionsText } from "../../../frontend/text/collections.ts";
import { commonText } from "../../../frontend/text/common.ts";
import { createText } from "../../../frontend/text/create.ts";
import { errorSentences, errors, failureSentences } from "../../../frontend/text/errors.ts";
import { galleryText } from "../../../frontend/text/gallery.ts";
import { imageText } from "../../../frontend/text/image.ts";
import { menuText } from "../../../frontend/text/menu.ts";
import { signInText } from "../../../frontend/text/sign-in.ts";

/** The messages of this build. A build in another language has the same names with other values. */
export const written = {
  accountText,
  collectionsText,
  commonText,
  createText,
  errorSentences,
  errors,
  failureSentences,
  galleryText,
  imageText,
  menuText,
  signInText,
};

export type Words = typeof written;
