import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ApiKey } from "../../worker/api/schemas/api-key.ts";
import { apiKeysText } from "../text/api-keys.ts";
import { errors } from "../text/errors.ts";
import { useAccountApi } from "./account-api.ts";
import { createApiKeys } from "./api-keys.ts";
import { CreateKeyDialog, RevokeDialog } from "./api-key-dialogs.tsx";
import { Row, RowButton, Section } from "./section.tsx";

/** Keys with which programs use the studio as this user. */
export function ApiKeysSection() {
  const api = useAccountApi();
  const apiKeys = useMemo(() => createApiKeys(api), [api]);
  /** The open dialog: a new key, the key to revoke, or all of them. */
  const asked = useSignal<Asked | null>(null);
  const keys = apiKeys.keys.value;
  const error = apiKeys.error.value;
  const question = asked.value;
  const ask = (what: Asked | null) => {
    apiKeys.clearError();
    asked.value = what;
  };
  const close = () => {
    apiKeys.hideSecret();
    ask(null);
  };
  return (
    <Section title={apiKeysText.title}>
      <Row what={apiKeysText.what}>
        {keys === null ? (
          <RowButton isBusy={apiKeys.isBusy.value} onClick={() => void apiKeys.load()}>
            {apiKeys.isBusy.value ? apiKeysText.loading : error ? apiKeysText.tryAgain : apiKeysText.show}
          </RowButton>
        ) : (
          <RowButton onClick={() => ask("create")}>{apiKeysText.create}</RowButton>
        )}
      </Row>
      <a href="/developers" class="link inline-flex min-h-control items-center justify-self-start text-sm">
        {apiKeysText.developers}
      </a>
      {keys !== null && <KeyList keys={keys} ask={ask} />}
      {error && question === null && (
        <p role="alert" class="text-sm text-danger">
          {errors.sentence(error.code)}
        </p>
      )}
      {/* Also after the dialog was closed too early: the secret is shown once. */}
      {(question === "create" || apiKeys.secret.value !== null) && (
        <CreateKeyDialog apiKeys={apiKeys} onClose={close} />
      )}
      {question !== null && question !== "create" && (
        <RevokeDialog apiKeys={apiKeys} apiKey={question === "all" ? null : question} onClose={close} />
      )}
    </Section>
  );
}

type Asked = ApiKey | "all" | "create";

function KeyList({ keys, ask }: { keys: ApiKey[]; ask: (what: Asked) => void }) {
  return (
    <>
      {keys.length === 0 && <p class="text-sm text-muted">{apiKeysText.none}</p>}
      <ul class="grid gap-3 empty:hidden" aria-label={apiKeysText.list}>
        {keys.map((key) => (
          <li key={key.id} class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <div class="grid min-w-64 flex-1 gap-0.5">
              <strong class="font-semibold">
                <bdi>{key.name}</bdi>
              </strong>
              <span class="text-sm text-muted">{factsOf(key).join(" · ")}</span>
            </div>
            <button
              type="button"
              class="button plain danger max-sm:w-full"
              aria-label={apiKeysText.revokeNamed(key.name)}
              onClick={() => ask(key)}
            >
              {apiKeysText.revoke}
            </button>
          </li>
        ))}
      </ul>
      {keys.length > 1 && (
        <div class="justify-self-end max-sm:w-full">
          <RowButton isDanger onClick={() => ask("all")}>
            {apiKeysText.revokeAll}
          </RowButton>
        </div>
      )}
    </>
  );
}

function factsOf({ scopes, lastFour, createdAt, expiresAt, lastUsedAt }: ApiKey): string[] {
  const isExpired = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  return [
    scopes.map((scope) => apiKeysText.scopes[scope]).join(", "),
    apiKeysText.hint(lastFour),
    apiKeysText.created(createdAt),
    apiKeysText.used(lastUsedAt),
    ...(expiresAt === null ? [] : [(isExpired ? apiKeysText.expired : apiKeysText.expires)(expiresAt)]),
  ];
}
