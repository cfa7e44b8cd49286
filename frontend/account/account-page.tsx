import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Limits, User } from "../../worker/contract.ts";
import { farewellOf, restartWith } from "../browser/sign-out-reason.ts";
import { forgetServiceWorker } from "../browser/unregister-service-worker.ts";
import { DeleteDialog } from "./delete-dialog.tsx";
import { ExportSection } from "./export-section.tsx";
import { stylesheet } from "../ui/stylesheet.ts";
import { createDeletion } from "./account-deletion.ts";
import { signOut } from "../studio/sign-in.ts";
import type { Studio } from "../studio/studio.ts";
import { account } from "../text/account.ts";
import { making } from "../text/create.ts";
import { problems } from "../text/errors.ts";
import looks from "../styles/account.css?url";

await stylesheet(looks);

/** Who is here, what their plan allows, and the ways out. */
export function AccountPage({ studio }: { studio: Studio }) {
  const { session, user, limits, problem } = studio.session;
  const deletion = useMemo(
    () =>
      createDeletion({
        studio,
        forgetElsewhere: forgetServiceWorker,
        sayGoodbye: () => restartWith("deleted"),
        restart: () => location.reload(),
      }),
    [studio],
  );
  const farewell = farewellOf(history.state);
  // Asked about, it is theirs until it is known what became of it.
  const somebody = deletion.asking.value ?? user.value;
  // Back must not hide a deletion that runs, or its failure.
  const isDeleting = deletion.isSending.value || (deletion.asking.value && deletion.problem.value) !== null;
  useLayoutEffect(() => {
    studio.pinnedPage.value = isDeleting ? "account" : null;
  }, [isDeleting]);
  useLimits(studio);

  return (
    <main id="content" class="account-page">
      {somebody ? (
        <>
          <h1>{account.title}</h1>
          <Plan user={somebody} limits={limits.value} />
          <ExportSection api={studio.api} />
          <Sessions studio={studio} />
          <section class="account-part">
            <h2>{account.delete}</h2>
            <Choice what={account.deleteWhat}>
              <button type="button" class="button plain danger" onClick={deletion.open}>
                {account.deleteOpen}
              </button>
            </Choice>
          </section>
          {deletion.asking.value && <DeleteDialog deletion={deletion} user={deletion.asking.value} />}
        </>
      ) : farewell ? (
        <Notice title={account.farewells[farewell].title} why={account.farewells[farewell].why}>
          <a href="/" class="button filled">
            {account.toStudio}
          </a>
        </Notice>
      ) : session.value ? (
        <Notice title={account.signIn}>
          <button
            type="button"
            class="button filled"
            onClick={() => {
              studio.signingIn.value = "asked";
            }}
          >
            {account.signInDo}
          </button>
        </Notice>
      ) : problem.value ? (
        <Notice alert title={problems[problem.value.code]}>
          <button type="button" class="button filled" onClick={() => void studio.wake()}>
            {account.tryAgain}
          </button>
        </Notice>
      ) : (
        <Notice title={account.loading} />
      )}
    </main>
  );
}

/** The limits are pushed; without a socket they are asked for when the page opens. */
function useLimits({ session, up }: Studio) {
  useEffect(() => {
    if (session.session.peek() && !up.peek()) void session.load();
  }, []);
}

function Plan({ user, limits }: { user: User; limits: Limits | null }) {
  return (
    <section class="account-part" aria-label={account.plan}>
      <p class="account-who">
        <span class="initial" aria-hidden="true">
          {user.email.charAt(0)}
        </span>
        <strong>{user.email}</strong>
      </p>
      <dl class="account-facts">
        <Fact name={account.plan} value={account.planIs(user.plan)} why={account.planWhat(user.plan)} />
        {limits && (
          <>
            <Fact
              name={account.inFlight}
              value={account.inFlightOf(limits.inFlight, limits.concurrent)}
              why={limits.unconfirmed > 0 && account.unconfirmed(limits.unconfirmed)}
            />
            <Today {...limits.today} />
          </>
        )}
      </dl>
    </section>
  );
}

function Today({ used, limit, resetsAt }: Limits["today"]) {
  if (limit === null) {
    return <Fact name={account.today} value={account.todayUnlimited(used)} why={account.todayNoLimit} />;
  }
  return (
    <Fact
      name={account.today}
      value={account.todayOf(used, limit)}
      why={(used < limit ? account.resets : making.dayOver)(Date.parse(resetsAt))}
    />
  );
}

function Fact({ name, value, why }: { name: string; value: string; why: string | false }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {why !== false && <dd class="account-why">{why}</dd>}
    </div>
  );
}

function Sessions({ studio }: { studio: Studio }) {
  return (
    <section class="account-part">
      <h2>{account.sessions}</h2>
      <Choice what={account.signOutWhat}>
        <button type="button" class="button plain" onClick={() => void signOut(studio)}>
          {account.signOut}
        </button>
      </Choice>
      <Choice what={account.signOutEverywhereWhat}>
        <button type="button" class="button plain" onClick={() => void signOut(studio, true)}>
          {account.signOutEverywhere}
        </button>
      </Choice>
    </section>
  );
}

/** What a button does, and the button. */
function Choice({ what, children }: { what: string; children: ComponentChildren }) {
  return (
    <div class="account-choice">
      <p>{what}</p>
      {children}
    </div>
  );
}

type NoticeProps = { title: string; why?: string; alert?: boolean; children?: ComponentChildren };

function Notice({ title, why, alert, children }: NoticeProps) {
  return (
    <div class="account-notice" role={alert ? "alert" : undefined}>
      <h1>{title}</h1>
      {why !== undefined && <p>{why}</p>}
      {children}
    </div>
  );
}
