import { settingsOf } from "../../../config/settings.ts";
import type { AppContext } from "../../middleware/app-env.ts";
import { consentNotice } from "../consent-page.tsx";
import { text as pageText } from "../text.ts";
import { operatorText as text } from "./text.ts";

/** For a page that only operators see. The provider's sign-in returns to `path`; the studio's own is a dialog of `/`. */
export function askToSignIn(c: AppContext, path: string) {
  const { oidc, access } = settingsOf(c.env);
  const link =
    oidc || access
      ? { href: `/api/auth/login?return_to=${encodeURIComponent(path)}`, label: text.signInDo }
      : { href: "/", label: pageText.openStudio };
  return consentNotice(c, 401, { title: text.signIn, what: text.signInWhy, link });
}
