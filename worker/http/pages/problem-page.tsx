/** A problem that a browser would show as raw JSON, as a page: for a navigation, not for a fetch. */
import { createMiddleware } from "hono/factory";
import { PROBLEM_STATUS, type ProblemCode } from "../../shared/error-codes.ts";
import type { Problem } from "../../api/schemas/problem.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { text } from "./text.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";

/** Addresses that people open themselves, for browsers without Fetch Metadata (Safari before 16.4). */
const OPENED_BY_PEOPLE = /^\/(?:s\/|api\/auth\/(?:login|callback)$)/;
/** A second try of this address fails for another reason: its code is used up. */
const ONCE_ONLY = "/api/auth/callback";

export const problemPages = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (c.res.headers.get("content-type") !== "application/problem+json" || !isNavigation(c.req.raw)) return;
  const problem = await c.res.json<Problem>();
  const { pathname, search } = new URL(c.req.url);
  const isWorthRetrying = problem.status === 429 || problem.status === 503;
  const nonce = crypto.randomUUID();
  const headers = new Headers(c.res.headers);
  for (const [name, value] of Object.entries(plainPageHeaders(nonce))) headers.set(name, value);
  headers.set("content-type", "text/html; charset=UTF-8");
  const retry = isWorthRetrying && pathname !== ONCE_ONLY ? pathname + search : null;
  const page = await c.html(<ProblemPage {...{ problem, nonce, retry }} />);
  // Set to nothing first: Hono would merge the headers of the response that is replaced.
  c.res = undefined;
  c.res = new Response(page.body, { status: problem.status, headers });
});

/** https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header */
function isNavigation(request: Request): boolean {
  const destination = request.headers.get("sec-fetch-dest");
  if (destination !== null) return destination === "document";
  const prefersHtml = request.headers.get("accept")?.trimStart().startsWith("text/html") ?? false;
  return prefersHtml && OPENED_BY_PEOPLE.test(new URL(request.url).pathname);
}

function ProblemPage({ problem, nonce, retry }: { problem: Problem; nonce: string; retry: string | null }) {
  const title = titleOf(problem.code);
  return (
    <PlainPage title={title} nonce={nonce}>
      <main>
        <h1 class="title">{title}</h1>
        <p>{problem.detail}</p>
        <a class="action" href={retry ?? "/"}>
          {retry === null ? text.toStudio : text.tryAgain}
        </a>
      </main>
    </PlainPage>
  );
}

function titleOf(code: ProblemCode): string {
  if (code === "unauthenticated") return text.problem.signedOut;
  if (code === "rate_limited") return text.problem.tooMany;
  if (PROBLEM_STATUS[code] === 404) return text.problem.notFound;
  return PROBLEM_STATUS[code] >= 500 ? text.problem.ours : text.problem.refused;
}
