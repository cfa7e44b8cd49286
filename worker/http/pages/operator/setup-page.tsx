/** For operators: which settings are set, and what the doctor finds. No values: some are secrets. */
import { problemResponse } from "../../../api/problem.ts";
import type { DoctorCheck } from "../../../api/schemas/doctor.ts";
import { SETTING_NAMES } from "../../../config/settings.ts";
import { examine } from "../../../use-cases/doctor/examine.ts";
import { operatorOf } from "../../middleware/admin.ts";
import type { AppContext } from "../../middleware/app-env.ts";
import { originOf } from "../../middleware/origin.ts";
import { sessionOf } from "../../middleware/session.ts";
import { PlainPage, plainPageHeaders } from "../plain-page.tsx";
import { askToSignIn } from "./ask-to-sign-in.ts";

const PATH = "/admin/setup";

export const setupText = {
  title: "Setup",
  ready: "Everything that the Worker can check works.",
  notReady: (count: number) => `${count === 1 ? "1 check needs" : `${count} checks need`} your attention.`,
  checks: "Checks",
  states: { true: "OK", warning: "Check this", false: "Wrong" },
  again: "Check again",
  settings: "Settings",
  settingsWhy: "Set variables in wrangler.toml and secrets with npx wrangler secret put NAME, then deploy.",
  set: "Set",
  notSet: "Not set",
};

const STYLE = `
main { align-content: start; justify-items: start; inline-size: 100%; max-inline-size: 48rem; margin-inline: auto; }
main p, h1.title { margin-inline: 0; text-align: start; }
section { display: grid; gap: 0.75rem; inline-size: 100%; min-inline-size: 0; }
h2 { font-size: 1.125rem; line-height: 1.25; }
dl { display: grid; gap: 0.75rem; overflow-wrap: anywhere; }
dt { font-weight: 600; }
dd { margin: 0; }
dd.fix, dd.state { color: var(--muted); }
dl.settings { grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); column-gap: 2rem; font-size: 0.875rem; }
dl.settings div { display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 1rem; }
.wrong { padding-inline-start: 0.75rem; border-inline-start: 3px solid var(--accent); }
`;

/** The doctor's findings, what is wrong first. */
function DoctorChecks({ checks }: { checks: readonly DoctorCheck[] }) {
  const order = [false, "warning", true] as const;
  const sorted = checks.toSorted((one, other) => order.indexOf(one.ok) - order.indexOf(other.ok));
  return (
    <dl>
      {sorted.map(({ id, ok, what, fix }) => (
        <div class={ok === true ? "" : "wrong"}>
          <dt>
            {id}: {setupText.states[`${ok}`]}
          </dt>
          <dd dir="auto">{what}</dd>
          {fix !== undefined && (
            <dd class="fix" dir="auto">
              {fix}
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

export async function showSetup(c: AppContext): Promise<Response> {
  const session = await sessionOf(c);
  if (!session) return askToSignIn(c, PATH);
  if (!(await operatorOf(c, session))) {
    return problemResponse({ code: "not_found", detail: "There is nothing here." });
  }
  const { checks } = await examine(c.env, originOf(c));
  // Only `npm run doctor` can test the webhook: it is in the list, and not a fault.
  const open = checks.filter(({ id, ok }) => ok !== true && id !== "webhook").length;
  const nonce = crypto.randomUUID();
  const page = (
    <PlainPage title={setupText.title} nonce={nonce} style={STYLE}>
      <main>
        <h1 class="title">{setupText.title}</h1>
        <p>{open === 0 ? setupText.ready : setupText.notReady(open)}</p>
        <section>
          <h2>{setupText.checks}</h2>
          <DoctorChecks checks={checks} />
          <p>
            <a class="action plain" href={PATH}>
              {setupText.again}
            </a>
          </p>
        </section>
        <section>
          <h2>{setupText.settings}</h2>
          <p>{setupText.settingsWhy}</p>
          <dl class="settings">
            {SETTING_NAMES.map((name) => (
              <div>
                <dt>{name}</dt>
                <dd class="state">{Reflect.get(c.env, name) ? setupText.set : setupText.notSet}</dd>
              </div>
            ))}
          </dl>
        </section>
      </main>
    </PlainPage>
  );
  return c.html(page, 200, { ...plainPageHeaders(nonce), "cache-control": "no-store, no-transform" });
}
