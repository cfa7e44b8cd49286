import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ApiKey } from "../../worker/api/schemas/api-key.ts";
import { apiPart } from "../studio/api-part.ts";
import { apiKeysText } from "../text/api-keys.ts";
import { errors } from "../text/errors.ts";
import { usePart } from "../ui/parts.ts";
import { type ApiKeys, createApiKeys } from "./api-keys.ts";
import { CreateKeyDialog, RevokeDialog } from "./api-key-dialogs.tsx";
import { Row, RowButton, Section } from "./section.tsx";

/** Keys with which programs use the studio as this user. */
export function ApiKeysSection() {
  const api = usePart(apiPart);
  const apiKeys = useMemo(() => createApiKeys(api), [api]);
  const isCreating = useSignal(false);
  const keys = apiKeys.keys.value;
  const error = apiKeys.error.value;
  return (
    <Section title={apiKeysText.title}>
      <Row what={apiKeysText.what}>
        {keys === null ? (
          <RowButton isBusy={apiKeys.isBusy.value} onClick={() => void apiKeys.load()}>
            {apiKeys.isBusy.value ? apiKeysText.loading : error ? apiKeysText.tryAgain : apiKeysText.show}
          </RowButton>
        ) : (
          <RowButton
            onClick={() => {
              isCreating.value = true;
            }}
          >
            {apiKeysText.create}
          </RowButton>
        )}
      </Row>
      <a href="/developers" class="link inline-flex min-h-control items-center justify-self-start text-sm">
        {apiKeysText.developers}
      </a>
      {keys !== null && <KeyList apiKeys={apiKeys} keys={keys} />}
      {error && !isCreating.value && (
        <p role="alert" class="text-sm text-danger">
          {errors.sentence(error.code)}
        </p>
      )}
      {isCreating.value && (
        <CreateKeyDialog
          apiKeys={apiKeys}
          onClose={() => {
            isCreating.value = false;
            apiKeys.hideSecret();
          }}
        />
      )}
    </Section>
  );
}

function KeyList({ apiKeys, keys }: { apiKeys: ApiKeys; keys: ApiKey[] }) {
  /** The key to revoke, "all", or null: the user is not asked. */
  const asked = useSignal<ApiKey | "all" | null>(null);
  const question = asked.value;
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
              onClick={() => {
                asked.value = key;
              }}
            >
              {apiKeysText.revoke}
            </button>
          </li>
        ))}
      </ul>
      {keys.length > 1 && (
        <div class="justify-self-end max-sm:w-full">
          <RowButton
            isDanger
            onClick={() => {
              asked.value = "all";
            }}
          >
            {apiKeysText.revokeAll}
          </RowButton>
        </div>
      )}
      {question !== null && (
        <RevokeDialog
          apiKeys={apiKeys}
          apiKey={question === "all" ? null : question}
          onClose={() => {
            asked.value = null;
          }}
        />
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
