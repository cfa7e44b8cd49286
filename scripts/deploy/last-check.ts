/** After a deploy: runs the doctor against the live studio. */
import type { Problem } from "../../worker/api/schemas/problem.ts";
import { messageOf, parseJson, parseUrl, redirectOf } from "../admin/client.ts";
import { examine, isHealthy, linesOf } from "../admin/examine.ts";

/** A new workers.dev address answers only after some seconds. */
const TIMING = { timeoutMs: 60_000, intervalMs: 2_000 };

/** `problem`: of the studio itself. `elsewhere`: something before it answers, as Cloudflare Access does. */
type Health = { state: "ok" | "problem" | "elsewhere" | "unreachable"; what: string };

/** `code`: 1 something is wrong, 3 the studio does not answer. `lines` are to be printed. */
export type LastCheck = { code: 0 | 1 | 3; lines: string[] };

/** `token`: null if it is not known here; then only the public address is checked. */
export async function checkDeployed(
  address: string,
  token: string | null,
  timing = TIMING,
): Promise<LastCheck> {
  const url = parseUrl(address);
  if (!url) return { code: 0, lines: ["Not checked: set PUBLIC_URL to the studio's https address."] };
  const again = `The studio is deployed. To check it again: npm run doctor -- ${url.origin}`;
  const { state, what } = await waitForHealth(url, timing);
  if (state === "elsewhere") return { code: 0, lines: [`Not checked: ${what}`] };
  if (state !== "ok") return { code: state === "problem" ? 1 : 3, lines: [what, again] };
  if (token === null) {
    return { code: 0, lines: [what, `For all checks, set ADMIN_TOKEN: npm run doctor -- ${url.origin}`] };
  }
  const checks = await examine({ url, token });
  if (!checks.ok) return { code: checks.code === 3 ? 3 : 1, lines: [checks.message, again] };
  const lines = linesOf(checks.value);
  return isHealthy(checks.value) ? { code: 0, lines } : { code: 1, lines: [...lines, again] };
}

async function waitForHealth(url: URL, { timeoutMs, intervalMs }: typeof TIMING): Promise<Health> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const health = await healthOf(url);
    if (health.state !== "unreachable" || Date.now() + intervalMs > end) return health;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

async function healthOf(url: URL): Promise<Health> {
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(10_000);
    response = await fetch(new URL("/api/health", url), { redirect: "manual", signal });
    text = await response.text();
  } catch (error) {
    return { state: "unreachable", what: `${url.origin} cannot be reached: ${messageOf(error)}.` };
  }
  const answer = parseJson<
    { status?: unknown; version?: string } & Pick<Partial<Problem>, "code" | "detail">
  >(text);
  if (response.ok && answer?.status === "ok")
    return { state: "ok", what: `${url.origin} answers, with version ${answer.version}.` };
  if (answer?.code) return { state: "problem", what: `${answer.detail} (${answer.code})` };
  const target = redirectOf(response);
  return target === null
    ? {
        state: "unreachable",
        what: `${url.origin} answers with status ${response.status}, and is no studio yet.`,
      }
    : { state: "elsewhere", what: `${url.origin} redirects to ${target}, which asks for a sign-in.` };
}
