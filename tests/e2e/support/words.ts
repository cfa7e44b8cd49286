/** All that the studio says, in one: what it is called by who looks for it on the screen. */
import { account } from "../../../frontend/text/account.ts";
import { text } from "../../../frontend/text/common.ts";
import { later } from "../../../frontend/text/sign-in.ts";
import { making } from "../../../frontend/text/create.ts";
import { page } from "../../../frontend/text/html.ts";
import { pictureText } from "../../../frontend/text/gallery.ts";
import { failures, problems, told } from "../../../frontend/text/errors.ts";

/** As the catalogue is written. A build in another language has the same in its own words. */
export const written = { account, text, later, making, page, pictureText, failures, problems, told };

export type Words = typeof written;
