import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ConnectedApp } from "../../worker/api/schemas/connected-app.ts";
import type { ApiError } from "../api/result.ts";
import { apiKeysText } from "../text/api-keys.ts";
import { connectedAppsText } from "../text/connected-apps.ts";
import { errors } from "../text/errors.ts";
import { useAccountApi } from "./account-api.ts";
import { createOneRequest } from "./one-request.ts";
import { QuestionDialog } from "./question-dialog.tsx";
import { Row, RowButton, Section } from "./section.tsx";

const PATH = "/api/connected-apps";

/** Apps that use the studio as this user, after they allowed it on the consent page. */
export function ConnectedAppsSection() {
  const api = useAccountApi();
  /** Null: not loaded yet. */
  const apps = useSignal<ConnectedApp[] | null>(null);
  const { error, isBusy, once } = useMemo(createOneRequest<ApiError>, []);
  /** The app to disconnect, "all", or null: the user is not asked. */
  const asked = useSignal<ConnectedApp | "all" | null>(null);

  const load = () =>
    once(async () => {
      const listed = await api.call<{ apps: ConnectedApp[] }>("GET", PATH);
      if (listed.ok) apps.value = listed.value.apps;
      return listed.ok ? null : listed.error;
    });

  /** Null: all. */
  const disconnect = (id: string | null) =>
    once(async () => {
      const ended = await api.call<void>("DELETE", id === null ? PATH : `${PATH}/${id}`);
      // 404: it is gone already, perhaps by a first request whose response was lost.
      if (!ended.ok && ended.error.code !== "not_found") return ended.error;
      apps.value = id === null ? [] : (apps.value ?? []).filter((app) => app.id !== id);
      return null;
    });

  const ask = (question: ConnectedApp | "all") => {
    error.value = null;
    asked.value = question;
  };

  const shown = apps.value;
  const question = asked.value;
  const isAll = question === "all";
  return (
    <Section title={connectedAppsText.title}>
      <Row what={connectedAppsText.what}>
        {shown === null && (
          <RowButton isBusy={isBusy.value} onClick={() => void load()}>
            {isBusy.value
              ? connectedAppsText.loading
              : error.value
                ? connectedAppsText.tryAgain
                : connectedAppsText.show}
          </RowButton>
        )}
      </Row>
      {shown?.length === 0 && <p class="text-sm text-muted">{connectedAppsText.none}</p>}
      <ul class="grid gap-3 empty:hidden" aria-label={connectedAppsText.list}>
        {shown?.map((app) => (
          <li key={app.id} class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <div class="grid min-w-64 flex-1 gap-0.5">
              <strong class="font-semibold">
                <bdi>{app.name}</bdi>
              </strong>
              <span class="text-sm text-muted">{factsOf(app).join(" · ")}</span>
            </div>
            <button
              type="button"
              class="button plain danger max-sm:w-full"
              aria-label={connectedAppsText.disconnectNamed(app.name)}
              onClick={() => ask(app)}
            >
              {connectedAppsText.disconnect}
            </button>
          </li>
        ))}
      </ul>
      {(shown?.length ?? 0) > 1 && (
        <div class="justify-self-end max-sm:w-full">
          <RowButton isDanger onClick={() => ask("all")}>
            {connectedAppsText.disconnectAll}
          </RowButton>
        </div>
      )}
      {error.value && question === null && (
        <p role="alert" class="text-sm text-danger">
          {errors.sentence(error.value.code)}
        </p>
      )}
      {question !== null && (
        <QuestionDialog
          title={
            isAll ? connectedAppsText.disconnectAllTitle : connectedAppsText.disconnectTitle(question.name)
          }
          confirm={isAll ? connectedAppsText.disconnectAll : connectedAppsText.disconnect}
          keep={connectedAppsText.keep}
          isDanger
          isBusy={isBusy.value}
          error={error.value}
          onConfirm={async () => {
            if (await disconnect(isAll ? null : question.id)) asked.value = null;
          }}
          onClose={() => {
            asked.value = null;
          }}
        >
          <p>{isAll ? connectedAppsText.disconnectAllWhat : connectedAppsText.disconnectWhat}</p>
        </QuestionDialog>
      )}
    </Section>
  );
}

function factsOf({ scopes, redirectHost, createdAt }: ConnectedApp): string[] {
  return [
    scopes.map((scope) => apiKeysText.scopes[scope]).join(", "),
    connectedAppsText.host(redirectHost),
    connectedAppsText.connected(createdAt),
  ];
}
