/** The page after a failed sign-in: what happened and what to do. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppContext } from "../middleware/app-env.ts";
import { text } from "./text.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";

const STATUS: Record<keyof typeof text.signIn, ContentfulStatusCode> = {
  rate_limited: 429,
  provider_down: 503,
  provider_refuses_studio: 502,
  declined: 403,
  state_lost: 400,
  code_rejected: 400,
  token_invalid: 502,
  clock_skew: 502,
  access_missing: 403,
  email_missing: 403,
  email_unverified: 403,
  not_admitted: 403,
  address_taken: 403,
  suspended: 403,
};

const RETRY_AFTER_SECONDS: Partial<Record<ContentfulStatusCode, string>> = { 429: "60", 503: "30" };

/** The page for this refusal, with its status. The prompt is still in the user's browser. */
export function signInPage(c: AppContext, reason: keyof typeof text.signIn) {
  const { title, what, operator } = text.signIn[reason];
  const status = STATUS[reason];
  const nonce = crypto.randomUUID();
  const retryAfter = RETRY_AFTER_SECONDS[status];
  return c.html(
    <PlainPage title={title} nonce={nonce}>
      <main>
        <h1 class="title">{title}</h1>
        <p>{text.promptKept(what)}</p>
        {operator && <p>{text.forOperator(operator)}</p>}
        <a class="action" href="/">
          {text.toStudio}
        </a>
      </main>
    </PlainPage>,
    status,
    { ...plainPageHeaders(nonce), ...(retryAfter && { "retry-after": retryAfter }) },
  );
}
