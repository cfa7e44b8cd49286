/** The operator's page: forms and tables, no script. */
import type { Overview } from "../../../use-cases/operator/overview.ts";
import type { AppContext } from "../../middleware/app-env.ts";
import { PlainPage, plainPageHeaders } from "../plain-page.tsx";
import { Chart } from "./chart.tsx";
import { Invitations } from "./invitations.tsx";
import { STYLE } from "./style.ts";
import { Table, Time } from "./table.tsx";
import { operatorText as text } from "./text.ts";
import { Users } from "./users.tsx";

const { columns } = text;

export type PageState = {
  overview: Overview;
  /** The operator's user id. */
  ownId: string;
  /** The beginning of an address that is searched. */
  q: string;
  /** What a form has just done: a key of `results`. */
  result: string | null;
  /** Of an invitation that was just made. */
  link: string | null;
};

export function operatorPage(c: AppContext, state: PageState) {
  const { overview, result } = state;
  const nonce = crypto.randomUUID();
  const message =
    result === null ? null : Object.hasOwn(text.results, result) ? text.results[result] : text.failed;
  const page = (
    // A screen reader reads the title of the new page first.
    <PlainPage title={message ? `${message} ${text.title}` : text.title} nonce={nonce} style={STYLE}>
      <main>
        <h1 class="title">{text.title}</h1>
        {message && (
          <p class="notice" role="status">
            {message}
          </p>
        )}
        <p>
          <a href="/admin/setup">{text.setup}</a>
        </p>
        <Alarms {...overview.alarms} />
        <Pause paused={overview.paused} cap={overview.cap} />
        <Section title={text.now} part={overview.inFlight}>
          {(inFlight) => (
            <Rows
              label={text.now}
              empty={text.noneNow}
              head={[columns.model, columns.count, columns.oldest]}
              rows={inFlight.map(({ model, count, oldest }) => [model, count, <Time at={oldest} />])}
            />
          )}
        </Section>
        <Section title={text.stuck} part={overview.stuck}>
          {(stuck) => (
            <Rows
              stacks
              label={text.stuck}
              empty={text.noneStuck}
              head={[columns.since, columns.model, columns.generation, columns.change]}
              rows={stuck.map(({ id, model, createdAt }) => [
                <Time at={createdAt} />,
                model,
                id,
                <form method="post" action="/admin/recheck">
                  <input type="hidden" name="generation" value={id} />
                  <button class="small">
                    {text.recheck}
                    <span class="unseen"> {id}</span>
                  </button>
                </form>,
              ])}
            />
          )}
        </Section>
        <Section title={text.failures} part={overview.failures}>
          {(failures) => (
            <Rows
              label={text.failures}
              empty={text.noFailures}
              head={[columns.cause, text.day, text.week]}
              rows={failures.map(({ code, recent, count }) => [code, recent, count])}
            />
          )}
        </Section>
        <Section title={text.webhooks} part={overview.webhooks}>
          {({ counts, refused }) => (
            <>
              <Rows
                label={text.webhooks}
                empty={text.noWebhooksYet}
                head={[columns.verdict, text.day]}
                rows={Object.entries(text.verdicts).flatMap(([verdict, label]) => {
                  const count = counts.get(`webhook.${verdict}`);
                  return count === undefined ? [] : [[label, count]];
                })}
              />
              <h3>{text.refused}</h3>
              <Rows
                label={text.refused}
                empty={text.noRefused}
                head={[columns.time, columns.verdict, columns.generation]}
                rows={refused.map(({ at, verdict, generationId }) => [
                  <Time at={at} />,
                  text.verdicts[verdict] ?? verdict,
                  generationId ?? "",
                ])}
              />
            </>
          )}
        </Section>
        <Section title={text.usage} part={overview.usage}>
          {(days) => (
            <>
              <Chart days={days} cap={overview.cap} now={overview.now} />
              <p>{text.noSpend}</p>
            </>
          )}
        </Section>
        <Section title={text.users} part={overview.users}>
          {(users) => <Users page={users} ownId={state.ownId} q={state.q} />}
        </Section>
        <Section title={text.invitations} part={overview.invitations}>
          {(invitations) => <Invitations invitations={invitations} link={state.link} now={overview.now} />}
        </Section>
        <Section title={text.actions} part={overview.actions}>
          {(actions) => (
            <Rows
              label={text.actions}
              empty={text.noActions}
              head={[columns.time, columns.by, columns.action, columns.target]}
              rows={actions.map(({ at, by, action, target }) => [<Time at={at} />, by, action, target])}
            />
          )}
        </Section>
        <p>{text.utc}</p>
      </main>
    </PlainPage>
  );
  return c.html(page, 200, {
    ...plainPageHeaders(nonce, "'self'"),
    // A browser sends `Origin: null` with a form from a page with `no-referrer`, which the origin check refuses.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
  });
}

/** `part` is null where D1 did not answer. */
function Section<T>({
  title,
  part,
  children,
}: {
  title: string;
  part: T | null;
  children: (part: T) => unknown;
}) {
  return (
    <section>
      <h2>{title}</h2>
      {part === null ? <p class="alarm">{text.unread}</p> : children(part)}
    </section>
  );
}

function Rows({ empty, ...table }: Parameters<typeof Table>[0] & { empty: string }) {
  return table.rows.length === 0 ? <p>{empty}</p> : <Table {...table} />;
}

function Alarms({ notWritable, noWebhooks, accountRejected }: Overview["alarms"]) {
  const alarms = [
    notWritable && text.notWritable,
    accountRejected > 0 && text.accountRejected(accountRejected),
    noWebhooks && text.noWebhooks,
  ].filter((alarm) => alarm !== false);
  return (
    <section>
      <h2>{text.alarms}</h2>
      {alarms.length === 0 && <p>{text.noAlarms}</p>}
      {alarms.map((alarm) => (
        <p class="alarm">{alarm}</p>
      ))}
    </section>
  );
}

function Pause({ paused, cap }: Pick<Overview, "paused" | "cap">) {
  return (
    <Section title={text.pause} part={paused}>
      {(paused) => (
        <form method="post" action="/admin/pause">
          <p>{paused ? text.paused : cap === -1 ? text.pausedBySetting : text.running}</p>
          <button class="small" name="paused" value={String(!paused)}>
            {paused ? text.resumeDo : text.pauseDo}
          </button>
        </form>
      )}
    </Section>
  );
}
