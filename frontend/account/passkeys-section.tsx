import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Passkey } from "../../worker/api/schemas/passkey.ts";
import { accountText } from "../text/account.ts";
import { errors } from "../text/errors.ts";
import { useAccountApi } from "./account-api.ts";
import { canAddPasskey, createPasskeys, type PasskeyFailure, type Passkeys } from "./passkeys.ts";
import { QuestionDialog } from "./question-dialog.tsx";
import { Row, RowButton, Section } from "./section.tsx";

const sentenceOf = (failure: PasskeyFailure): string => {
  if (typeof failure === "string") return accountText.passkeyFailure[failure];
  if (failure.code === "maximum_reached") return accountText.passkeyFailure.maximum_reached;
  return errors.sentence(failure.code);
};

/** Passkeys that sign this user in. */
export function PasskeysSection() {
  const api = useAccountApi();
  const state = useMemo(() => createPasskeys(api), [api]);
  /** The passkey to remove, or null: the user is not asked. */
  const asked = useSignal<Passkey | null>(null);
  const passkeys = state.passkeys.value;
  const error = state.error.value;
  const isBusy = state.isBusy.value;
  const ask = (passkey: Passkey | null) => {
    state.clearError();
    asked.value = passkey;
  };
  return (
    <Section title={accountText.passkeys}>
      <Row what={accountText.passkeysWhat}>
        {passkeys === null ? (
          <RowButton isBusy={isBusy} onClick={() => void state.load()}>
            {isBusy ? accountText.loading : error ? accountText.tryAgain : accountText.passkeysShow}
          </RowButton>
        ) : (
          canAddPasskey() && (
            <RowButton isBusy={isBusy} onClick={() => void state.add()}>
              {accountText.passkeyAdd}
            </RowButton>
          )
        )}
      </Row>
      {passkeys !== null && !canAddPasskey() && (
        <p class="text-sm text-muted">{accountText.passkeysUnsupported}</p>
      )}
      {passkeys?.length === 0 && <p class="text-sm text-muted">{accountText.passkeysNone}</p>}
      <ul class="grid gap-3 empty:hidden" aria-label={accountText.passkeys}>
        {passkeys?.map((passkey) => (
          <PasskeyItem key={passkey.id} state={state} passkey={passkey} onRemove={() => ask(passkey)} />
        ))}
      </ul>
      {error && !asked.value && (
        <p role="alert" class="text-sm text-danger">
          {sentenceOf(error)}
        </p>
      )}
      {asked.value && <RemoveDialog state={state} passkey={asked.value} onClose={() => ask(null)} />}
    </Section>
  );
}

type ItemProps = { state: Passkeys; passkey: Passkey; onRemove: () => void };

function PasskeyItem({ state, passkey, onRemove }: ItemProps) {
  const isRenaming = useSignal(false);
  const opener = useRef<HTMLButtonElement>(null);
  const hasRenamed = useRef(false);
  // The form with the focus is gone: back to its opener.
  useLayoutEffect(() => {
    if (hasRenamed.current && !isRenaming.value) opener.current?.focus();
    hasRenamed.current = isRenaming.value;
  }, [isRenaming.value]);
  if (isRenaming.value) {
    const close = () => {
      isRenaming.value = false;
    };
    return <RenameForm state={state} passkey={passkey} onClose={close} />;
  }
  return (
    <li class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div class="grid min-w-64 flex-1 gap-0.5">
        <strong class="font-semibold">
          <bdi>{passkey.name}</bdi>
        </strong>
        <span class="text-sm text-muted">{factsOf(passkey).join(" · ")}</span>
      </div>
      <div class="flex gap-2 max-sm:w-full max-sm:*:flex-1">
        <button
          type="button"
          ref={opener}
          class="button plain"
          aria-label={accountText.passkeyRenameOne(passkey.name)}
          onClick={() => {
            state.clearError();
            isRenaming.value = true;
          }}
        >
          {accountText.passkeyRename}
        </button>
        <button
          type="button"
          class="button plain danger"
          aria-label={accountText.passkeyRemoveOne(passkey.name)}
          onClick={onRemove}
        >
          {accountText.passkeyRemove}
        </button>
      </div>
    </li>
  );
}

type FormProps = { state: Passkeys; passkey: Passkey; onClose: () => void };

function RenameForm({ state, passkey, onClose }: FormProps) {
  const name = useSignal(passkey.name);
  const field = useRef<HTMLInputElement>(null);
  // The user chose Rename: typing goes here.
  useLayoutEffect(() => field.current?.focus(), []);
  const cancel = () => {
    state.clearError();
    onClose();
  };
  return (
    <li>
      <form
        class="flex flex-wrap items-center gap-2"
        onSubmit={async (event) => {
          event.preventDefault();
          if (await state.rename(passkey.id, name.value)) onClose();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") cancel();
        }}
      >
        <input
          ref={field}
          class="field min-w-64 flex-1"
          aria-label={accountText.passkeyName}
          maxLength={60}
          required
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <div class="flex gap-2 max-sm:w-full max-sm:*:flex-1">
          <button type="submit" class="button filled" aria-disabled={state.isBusy.value}>
            {accountText.passkeySave}
          </button>
          <button type="button" class="button plain" onClick={cancel}>
            {accountText.passkeyCancel}
          </button>
        </div>
      </form>
    </li>
  );
}

const factsOf = ({ createdAt, lastUsedAt, synced }: Passkey) => [
  accountText.passkeyCreated(createdAt),
  accountText.passkeyUsed(lastUsedAt),
  ...(synced ? [accountText.passkeySynced] : []),
];

function RemoveDialog({ state, passkey, onClose }: FormProps) {
  const error = state.error.value;
  return (
    <QuestionDialog
      title={accountText.passkeyRemoveTitle(passkey.name)}
      confirm={accountText.passkeyRemoveConfirm}
      keep={accountText.passkeyKeep}
      isDanger
      isBusy={state.isBusy.value}
      error={typeof error === "string" ? null : error}
      onConfirm={async () => {
        if (await state.remove(passkey.id)) onClose();
      }}
      onClose={onClose}
    >
      <p>{state.isLastSignIn(passkey.id) ? accountText.passkeyRemoveLast : accountText.passkeyRemoveWhat}</p>
    </QuestionDialog>
  );
}
