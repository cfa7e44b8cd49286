/** All message files, by which tests find elements on the screen. */
import { accountText } from "../../../frontend/text/account.ts";
import { apiKeysText, secretText } from "../../../frontend/text/api-keys.ts";
import { batchText } from "../../../frontend/text/batch.ts";
import { collectionsText } from "../../../frontend/text/collections.ts";
import { commonText } from "../../../frontend/text/common.ts";
import { createText } from "../../../frontend/text/create.ts";
import { errorSentences, errors, failureSentences } from "../../../frontend/text/errors.ts";
import { galleryText } from "../../../frontend/text/gallery.ts";
import { imageText } from "../../../frontend/text/image.ts";
import { menuText } from "../../../frontend/text/menu.ts";
import { presetsText } from "../../../frontend/text/presets.ts";
import { referenceText } from "../../../frontend/text/reference.ts";
import { signInText } from "../../../frontend/text/sign-in.ts";
import { stylesText } from "../../../frontend/text/styles.ts";

/** The messages of this build. A build in another language has the same names with other values. */
export const written = {
  accountText,
  apiKeysText,
  batchText,
  collectionsText,
  commonText,
  createText,
  errorSentences,
  errors,
  failureSentences,
  galleryText,
  imageText,
  menuText,
  presetsText,
  referenceText,
  secretText,
  signInText,
  stylesText,
};

export type Words = typeof written;
