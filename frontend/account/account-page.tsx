import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import type { Limits, User } from "../../worker/api/schemas/session.ts";
import { pathOf } from "../browser/router.ts";
import { readSignOutReason, reloadSignedOut } from "../browser/sign-out-reason.ts";
import { storePart, tabStorePart } from "../browser/storage.ts";
import { unregisterServiceWorker } from "../browser/unregister-service-worker.ts";
import { apiPart } from "../studio/api-part.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { sessionPart } from "../studio/session/session.ts";
import { signInPart } from "../studio/session/sign-in.ts";
import { accountText } from "../text/account.ts";
import { errors } from "../text/errors.ts";
import { Avatar } from "../ui/avatar.tsx";
import { usePart } from "../ui/parts.ts";
import { createAccountDeletion } from "./account-deletion.ts";
import { ApiKeysSection } from "./api-keys-section.tsx";
import { ConnectedAppsSection } from "./connected-apps-section.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { DownloadSection } from "./download-section.tsx";
import { ExportSection } from "./export-section.tsx";
import { PasskeysSection } from "./passkeys-section.tsx";
import { Row, RowButton, Section } from "./section.tsx";
import { SharedSection } from "./shared-section.tsx";
import { WebhooksSection } from "./webhooks-section.tsx";

/** The user's plan and usage, their data, and how to sign out or delete the account. */
export function AccountPage() {
  const { user } = usePart(sessionPart);
  const deletion = useAccountDeletion();
  useCurrentLimits();
  // While the account is being deleted the session is unknown, but the page is still this user's.
  const shownUser = deletion.user.value ?? user.value;
  return (
    <main
      id="content"
      class="mx-auto grid w-full max-w-3xl flex-1 grid-cols-1 content-start gap-4 px-gutter pt-top pb-end wrap-anywhere"
    >
      {shownUser ? (
        <>
          <h1 class="mb-2 text-xl font-heading">{accountText.title}</h1>
          <PlanSection user={shownUser} />
          {user.value && <SharedSection />}
          <DownloadSection />
          <ExportSection />
          <PasskeysSection />
          <ApiKeysSection />
          <ConnectedAppsSection />
          <WebhooksSection />
          <SessionsSection />
          <Section title={accountText.delete}>
            <Row what={accountText.deleteWhat}>
              <RowButton isDanger onClick={deletion.open}>
                {accountText.deleteOpen}
              </RowButton>
            </Row>
          </Section>
          {deletion.user.value && <DeleteDialog deletion={deletion} user={deletion.user.value} />}
        </>
      ) : (
        <SignedOut />
      )}
    </main>
  );
}

function useAccountDeletion() {
  const dialogs = usePart(dialogsPart);
  const api = usePart(apiPart);
  const session = usePart(sessionPart);
  const store = usePart(storePart);
  const tabStore = usePart(tabStorePart);
  const deletion = useMemo(
    () =>
      createAccountDeletion({
        api,
        session,
        store,
        tabStore,
        clearBrowserData: unregisterServiceWorker,
        showDeletedPage: () => reloadSignedOut("deleted"),
        reload: () => location.reload(),
      }),
    [api, session, store, tabStore],
  );
  // Back must not hide a running deletion, or its error.
  const isDeleting = deletion.isSending.value || (deletion.user.value && deletion.error.value) !== null;
  useLayoutEffect(() => {
    dialogs.pinnedPage.value = isDeleting ? "account" : null;
  }, [isDeleting]);
  return deletion;
}

/** The limits are pushed; without a socket they are loaded when the page opens. */
function useCurrentLimits() {
  const { session, load } = usePart(sessionPart);
  const { isConnected } = usePart(connectionPart);
  useEffect(() => {
    if (session.peek() && !isConnected.peek()) void load();
  }, []);
}

function PlanSection({ user }: { user: User }) {
  const limits = usePart(sessionPart).limits.value;
  return (
    <Section title={accountText.plan} isTitleHidden>
      <p class="flex items-center gap-3">
        <Avatar email={user.email} />
        <strong class="min-w-0 font-semibold">{user.email}</strong>
      </p>
      <dl class="grid gap-4 sm:grid-cols-3">
        <Fact
          name={accountText.plan}
          value={accountText.planName(user.plan)}
          hint={accountText.planConcurrent(user.plan)}
        />
        {limits && (
          <>
            <Fact
              name={accountText.creating}
              value={accountText.creatingCount(limits.inFlight, limits.concurrent)}
              hint={limits.unconfirmed > 0 && accountText.unconfirmed(limits.unconfirmed)}
            />
            <Today {...limits.today} />
          </>
        )}
      </dl>
      {user.operator && (
        <a href="/admin" class="link inline-flex min-h-control items-center justify-self-start text-sm">
          {accountText.operator}
        </a>
      )}
    </Section>
  );
}

function Today({ used, limit, resetsAt }: Limits["today"]) {
  if (limit === null) {
    return (
      <Fact
        name={accountText.today}
        value={accountText.todayUnlimited(used)}
        hint={accountText.todayNoLimit}
      />
    );
  }
  return (
    <Fact
      name={accountText.today}
      value={accountText.todayCount(used, limit)}
      hint={(used < limit ? accountText.resetsAt : accountText.dayOver)(Date.parse(resetsAt))}
    />
  );
}

function Fact({ name, value, hint }: { name: string; value: string; hint: string | false }) {
  return (
    <div>
      <dt class="text-sm text-muted">{name}</dt>
      <dd class="text-lg font-semibold nums">{value}</dd>
      {hint !== false && <dd class="text-sm text-muted">{hint}</dd>}
    </div>
  );
}

function SessionsSection() {
  const { signOut } = usePart(signInPart);
  return (
    <Section title={accountText.sessions}>
      <Row what={accountText.signOutWhat}>
        <RowButton onClick={() => void signOut()}>{accountText.signOut}</RowButton>
      </Row>
      <Row what={accountText.signOutEverywhereWhat}>
        <RowButton onClick={() => void signOut(true)}>{accountText.signOutEverywhere}</RowButton>
      </Row>
    </Section>
  );
}

/** Instead of the account: why the session ended, a way to sign in, or why that is unknown. */
function SignedOut() {
  const { session, error, load } = usePart(sessionPart);
  const dialogs = usePart(dialogsPart);
  const reason = readSignOutReason(history.state);
  if (reason) {
    return (
      <Notice {...accountText.signedOut[reason]}>
        <a href={pathOf("create")} class="button filled">
          {accountText.backToStudio}
        </a>
      </Notice>
    );
  }
  if (session.value) {
    const signIn = () => {
      dialogs.signIn.value = "asked";
    };
    return (
      <Notice title={accountText.signInTitle}>
        <button type="button" class="button filled" onClick={signIn}>
          {accountText.signIn}
        </button>
      </Notice>
    );
  }
  if (error.value) {
    return (
      <Notice isAlert title={errors.sentence(error.value.code)}>
        <button type="button" class="button filled" onClick={() => void load()}>
          {accountText.tryAgain}
        </button>
      </Notice>
    );
  }
  return <Notice title={accountText.loading} />;
}

type NoticeProps = { title: string; why?: string; isAlert?: boolean; children?: ComponentChildren };

function Notice({ title, why, isAlert = false, children }: NoticeProps) {
  return (
    <div
      class="grid grid-cols-1 justify-items-center gap-3 py-16 text-center"
      role={isAlert ? "alert" : undefined}
    >
      <h1 class="text-lg font-semibold">{title}</h1>
      {why !== undefined && <p class="max-w-md text-muted">{why}</p>}
      {children && <div class="mt-3">{children}</div>}
    </div>
  );
}
