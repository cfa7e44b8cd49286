/** The doctor of a studio: the checks of its Worker, and the self-test of its webhooks, which is sent from here. */
import { type DoctorCheck, doctorReport, selfTest, type SelfTest } from "../../worker/api/schemas/doctor.ts";
import { messageOf, type Outcome, parseJson, parseUrl, redirectOf, request, type Studio } from "./client.ts";

const SEND_TIMEOUT_MS = 15_000;

export async function examine(studio: Studio): Promise<Outcome<DoctorCheck[]>> {
  const report = await request<unknown>(studio, "POST", "doctor");
  if (!report.ok) return report;
  const parsed = doctorReport.safeParse(report.value);
  if (!parsed.success) return otherVersion(studio);
  const signed = await request<unknown>(studio, "POST", "doctor/self-test");
  if (!signed.ok) return signed;
  const test = selfTest.safeParse(signed.value);
  if (!test.success) return otherVersion(studio);
  const webhook = { id: "webhook", ...(await sendSelfTest(test.data)) };
  return { ok: true, value: [...parsed.data.checks.filter(({ id }) => id !== "webhook"), webhook] };
}

const otherVersion = ({ url }: Studio): Outcome<never> => ({
  ok: false,
  code: 3,
  message: `The studio at ${url.origin} has another version: its response is not understood.`,
});

async function sendSelfTest({ url, headers, body }: SelfTest): Promise<Omit<DoctorCheck, "id">> {
  if (!parseUrl(url))
    return { ok: false, what: `${url} is not https.`, fix: "Set PUBLIC_URL to the studio's https address." };
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
    response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    text = await response.text();
  } catch (error) {
    const fix = "Check PUBLIC_URL, its DNS record and its route.";
    return { ok: false, what: `${url} cannot be reached: ${messageOf(error)}.`, fix };
  }
  const answer = parseJson<{ ok?: boolean; code?: string; detail?: string }>(text);
  if (response.ok && answer?.ok === true)
    return { ok: true, what: `${url} can be reached, and accepts a signed webhook.` };
  if (answer?.code === "invalid_signature") {
    const fix = "Set PUBLIC_URL to the address of this studio, not of another one.";
    return { ok: false, what: `${url} does not accept this studio's signature.`, fix };
  }
  if (answer?.code)
    return {
      ok: false,
      what: `${url} answered: ${answer.detail} (${answer.code})`,
      fix: "Fix what the lines above say.",
    };
  const target = redirectOf(response);
  return {
    ok: false,
    what: `Not the studio answers at ${url}: ${target ? `a redirect to ${target}` : `status ${response.status}`}.`,
    fix: "Let everyone reach /api/webhooks: a bypass policy in Cloudflare Access, no challenge of a firewall or bot protection.",
  };
}

/** One line for each check. */
export function linesOf(checks: readonly DoctorCheck[]): string[] {
  const states = { true: "ok", warning: "warning", false: "WRONG" };
  return checks.map(({ id, ok, what, fix }) => {
    const state = states[String(ok) as keyof typeof states];
    return `${state.padEnd(7)}  ${id.padEnd(10)}  ${what}${fix === undefined ? "" : `  → ${fix}`}`;
  });
}

export const isHealthy = (checks: readonly DoctorCheck[]) => checks.every(({ ok }) => ok !== false);
