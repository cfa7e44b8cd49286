/** The dialogs of the API keys: create one, and ask before some are revoked. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ApiKey } from "../../worker/api/schemas/api-key.ts";
import { SCOPES, type Scope } from "../../worker/shared/api-keys.ts";
import { MAX_NAME_LENGTH } from "../../worker/shared/names.ts";
import { DAY_MS } from "../../worker/shared/time.ts";
import { apiKeysText } from "../text/api-keys.ts";
import { errors } from "../text/errors.ts";
import { Dialog } from "../ui/dialog.tsx";
import type { ApiKeys, NewKey } from "./api-keys.ts";
import { NewSecret } from "./new-secret.tsx";
import { QuestionDialog } from "./question-dialog.tsx";

/** Days until the key expires; 0: never. */
const EXPIRY_DAYS = [0, 30, 90, 365];

type CreateProps = { apiKeys: ApiKeys; onClose: () => void };

/** Asks for name, access and expiry; then shows the new key. */
export function CreateKeyDialog({ apiKeys, onClose }: CreateProps) {
  const secret = apiKeys.secret.value;
  return (
    <Dialog label={secret === null ? apiKeysText.create : apiKeysText.secret} class="modal" onClose={onClose}>
      {secret === null ? (
        <CreateForm apiKeys={apiKeys} onClose={onClose} />
      ) : (
        <NewSecret title={apiKeysText.secret} secret={secret} onClose={onClose} />
      )}
    </Dialog>
  );
}

function CreateForm({ apiKeys, onClose }: CreateProps) {
  const name = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const scopes = useSignal<readonly Scope[]>(["read", "generate"]);
  const days = useSignal(0);
  const problem = useSignal<string | null>(null);
  const isBusy = apiKeys.isBusy.value;
  const error = apiKeys.error.value;

  async function create() {
    problem.value =
      name.value.trim() === ""
        ? apiKeysText.nameMissing
        : scopes.value.length === 0
          ? apiKeysText.scopeMissing
          : null;
    if (problem.value === apiKeysText.nameMissing) field.current?.focus();
    if (problem.value !== null) return;
    const key: NewKey = { name: name.value, scopes: [...scopes.value] };
    if (days.value > 0) key.expiresAt = new Date(Date.now() + days.value * DAY_MS).toISOString();
    await apiKeys.create(key);
  }

  return (
    <form
      class="grid gap-4"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <h2 class="text-lg font-semibold">{apiKeysText.create}</h2>
      <label class="grid gap-1 text-sm">
        {apiKeysText.name}
        <input
          ref={field}
          class="field"
          aria-invalid={problem.value === apiKeysText.nameMissing}
          maxLength={MAX_NAME_LENGTH}
          autocomplete="off"
          aria-describedby="key-name-hint"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <span id="key-name-hint" class="text-muted">
          {apiKeysText.nameHint}
        </span>
      </label>
      <fieldset class="grid gap-1 text-sm">
        <legend class="mb-1">{apiKeysText.access}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} class="flex min-h-control items-center gap-3">
            <input
              type="checkbox"
              class="size-5 accent-accent"
              checked={scopes.value.includes(scope)}
              onChange={(event) => {
                const isChosen = event.currentTarget.checked;
                scopes.value = SCOPES.filter((one) =>
                  one === scope ? isChosen : scopes.value.includes(one),
                );
              }}
            />
            <span>
              {apiKeysText.scopes[scope]}
              <span class="block text-muted">{apiKeysText.scopeHints[scope]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label class="grid gap-1 text-sm">
        {apiKeysText.expiry}
        <select
          class="field"
          value={days.value}
          onChange={(event) => {
            days.value = Number(event.currentTarget.value);
          }}
        >
          {EXPIRY_DAYS.map((count) => (
            <option key={count} value={count}>
              {count === 0 ? apiKeysText.never : apiKeysText.days(count)}
            </option>
          ))}
        </select>
      </label>
      <p role="alert" class="text-sm text-danger empty:hidden">
        {problem.value ?? (error && errors.sentence(error.code))}
      </p>
      <div class="grid gap-2">
        <button type="submit" class="button filled" aria-disabled={isBusy}>
          {isBusy ? apiKeysText.creating : apiKeysText.createConfirmed}
        </button>
        <button type="button" class="button plain" onClick={onClose}>
          {apiKeysText.cancel}
        </button>
      </div>
    </form>
  );
}

type RevokeProps = {
  apiKeys: ApiKeys;
  /** Null: all. */
  apiKey: ApiKey | null;
  onClose: () => void;
};

export function RevokeDialog({ apiKeys, apiKey, onClose }: RevokeProps) {
  return (
    <QuestionDialog
      title={apiKey ? apiKeysText.revokeTitle(apiKey.name) : apiKeysText.revokeAllTitle}
      confirm={apiKey ? apiKeysText.revoke : apiKeysText.revokeAll}
      keep={apiKeysText.keep}
      isDanger
      isBusy={apiKeys.isBusy.value}
      error={apiKeys.error.value}
      onConfirm={async () => {
        if (await apiKeys.revoke(apiKey?.id ?? null)) onClose();
      }}
      onClose={onClose}
    >
      <p>{apiKey ? apiKeysText.revokeWhat : apiKeysText.revokeAllWhat}</p>
    </QuestionDialog>
  );
}
