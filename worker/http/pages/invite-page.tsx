/** Where a person accepts an invitation: it registers a passkey and signs in. Imported with the first request. */
import { html, raw } from "hono/html";
import type { AppContext } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";
import { inviteScript } from "./invite-script.ts";
import { inviteText } from "./invite-text.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";
import { text } from "./text.ts";

/** `no-referrer` would make the browser send `Origin: null`, which the origin check refuses. */
const HEADERS = { "referrer-policy": "same-origin", "cache-control": "no-store, no-transform" };
const STYLE = `
[hidden] { display: none !important; }
button.action { border: 0; font: inherit; font-weight: 600; cursor: pointer; }
button.action[aria-disabled="true"] { opacity: 0.6; cursor: default; }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
.facts { display: grid; gap: 0.75rem; }
.facts p:empty { display: none; }
.facts bdi { display: block; color: CanvasText; font-weight: 600; }
#status { min-block-size: 3rem; }
`;

export function invitePage(c: AppContext) {
  const nonce = crypto.randomUUID();
  const title = inviteText.title(new URL(originOf(c)).host);
  const page = (
    <PlainPage title={title} nonce={nonce} style={STYLE}>
      <main>
        <h1 class="title">
          <bdi id="title">{title}</bdi>
        </h1>
        <div id="invitation" class="facts" hidden>
          <p>
            {inviteText.account} <bdi id="email" />
          </p>
          <p id="plan" />
          <p id="operator" />
          <p id="why" />
          <p>{inviteText.what}</p>
          <p id="other" hidden>
            {inviteText.other} <bdi id="other-email" />
          </p>
        </div>
        <button type="button" id="create" class="action" hidden>
          {inviteText.create}
        </button>
        <p id="status" role="status" />
        <a id="studio" class="action plain" href="/" hidden>
          {text.openStudio}
        </a>
        <noscript>
          <p>{inviteText.noScript}</p>
        </noscript>
        {html`<script nonce="${nonce}">${raw(inviteScript({ ...inviteText, tryAgain: text.tryAgain }))}</script>`}
      </main>
    </PlainPage>
  );
  const headers = plainPageHeaders(nonce);
  const policy = `${headers["content-security-policy"]}; script-src 'nonce-${nonce}'; connect-src 'self'`;
  return c.html(page, 200, { ...headers, "content-security-policy": policy, ...HEADERS });
}
