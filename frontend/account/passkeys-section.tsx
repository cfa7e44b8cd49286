import { signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Passkey, PasskeyList } from "../../worker/api/schemas/passkey.ts";
import type { Api } from "../api/client.ts";
import { addPasskey, canAddPasskey, type PasskeyFailure } from "./add-passkey.ts";
import { apiPart } from "../studio/api-part.ts";
import { accountText } from "../text/account.ts";
import { errors } from "../text/errors.ts";
import { usePart } from "../ui/parts.ts";
import { createOneRequest } from "./one-request.ts";
import { QuestionDialog } from "./question-dialog.tsx";
import { Row, RowButton, Section } from "./section.tsx";

/** The user's passkeys, as far as they have been loaded. */
function createPasskeys(api: Pick<Api, "call">) {
  const list = signal<PasskeyList | null>(null);
  const { error: failure, isBusy, once } = createOneRequest<PasskeyFailure>();
  const at = (id: string) => `/api/passkeys/${id}`;

  function update(change: (passkeys: Passkey[]) => Passkey[]) {
    if (list.value) list.value = { ...list.value, passkeys: change(list.value.passkeys) };
  }

  return {
    list,
    failure,
    isBusy,
    load: () =>
      once(async () => {
        const listed = await api.call<PasskeyList>("GET", "/api/passkeys");
        if (!listed.ok) return listed.error;
        list.value = listed.value;
        return null;
      }),
    add: () =>
      once(async () => {
        const added = await addPasskey(api);
        if (!added.ok) return added.error;
        update((passkeys) => [...passkeys, added.value]);
        return null;
      }),
    rename: (id: string, name: string) =>
      once(async () => {
        const renamed = await api.call<{ passkey: Passkey }>("PATCH", at(id), { body: { name } });
        if (!renamed.ok) return renamed.error;
        update((passkeys) =>
          passkeys.map((passkey) => (passkey.id === id ? renamed.value.passkey : passkey)),
        );
        return null;
      }),
    remove: (id: string) =>
      once(async () => {
        const removed = await api.call<void>("DELETE", at(id));
        // 404: a first request removed it, and its response was lost.
        if (!removed.ok && removed.error.code !== "not_found") return removed.error;
        update((passkeys) => passkeys.filter((passkey) => passkey.id !== id));
        return null;
      }),
  };
}
type Passkeys = ReturnType<typeof createPasskeys>;

const sentenceOf = (failure: PasskeyFailure): string => {
  if (typeof failure === "string") return accountText.passkeyFailure[failure];
  if (failure.code === "maximum_reached") return accountText.passkeyFailure.maximum_reached;
  return errors.sentence(failure.code);
};

/** Passkeys that sign this user in. */
export function PasskeysSection() {
  const api = usePart(apiPart);
  const passkeys = useMemo(() => createPasskeys(api), [api]);
  const asked = useSignal<Passkey | null>(null);
  const { list, isBusy } = passkeys;
  const failure = passkeys.failure.value;
  return (
    <Section title={accountText.passkeys}>
      <Row what={accountText.passkeysWhat}>
        {list.value === null ? (
          <RowButton isBusy={isBusy.value} onClick={() => void passkeys.load()}>
            {isBusy.value ? accountText.loading : failure ? accountText.tryAgain : accountText.passkeysShow}
          </RowButton>
        ) : (
          canAddPasskey() && (
            <RowButton isBusy={isBusy.value} onClick={() => void passkeys.add()}>
              {accountText.passkeyAdd}
            </RowButton>
          )
        )}
      </Row>
      {list.value?.passkeys.length === 0 && <p class="text-sm text-muted">{accountText.passkeysNone}</p>}
      <ul class="grid gap-3 empty:hidden" aria-label={accountText.passkeys}>
        {list.value?.passkeys.map((passkey) => (
          <PasskeyItem
            key={passkey.id}
            passkeys={passkeys}
            passkey={passkey}
            onRemove={() => {
              asked.value = passkey;
            }}
          />
        ))}
      </ul>
      {failure && !asked.value && (
        <p role="alert" class="text-sm text-danger">
          {sentenceOf(failure)}
        </p>
      )}
      {asked.value && (
        <RemoveDialog
          passkeys={passkeys}
          passkey={asked.value}
          onClose={() => {
            asked.value = null;
          }}
        />
      )}
    </Section>
  );
}

type ItemProps = { passkeys: Passkeys; passkey: Passkey; onRemove: () => void };

function PasskeyItem({ passkeys, passkey, onRemove }: ItemProps) {
  const isRenaming = useSignal(false);
  const name = useSignal(passkey.name);
  async function save() {
    if (await passkeys.rename(passkey.id, name.value)) isRenaming.value = false;
  }
  if (isRenaming.value) {
    return (
      <li>
        <form
          class="flex flex-wrap items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <input
            class="field min-w-64 flex-1"
            aria-label={accountText.passkeyName}
            maxLength={60}
            required
            // The user chose Rename: typing goes here.
            ref={(input) => input?.focus()}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
          <button type="submit" class="button filled" aria-disabled={passkeys.isBusy.value}>
            {accountText.passkeySave}
          </button>
          <button
            type="button"
            class="button plain"
            onClick={() => {
              isRenaming.value = false;
            }}
          >
            {accountText.passkeyCancel}
          </button>
        </form>
      </li>
    );
  }
  return (
    <li class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div class="grid min-w-64 flex-1 gap-0.5">
        <strong class="font-semibold">
          <bdi>{passkey.name}</bdi>
        </strong>
        <span class="text-sm text-muted">{factsOf(passkey).join(" · ")}</span>
      </div>
      <button
        type="button"
        class="button plain max-sm:w-full"
        aria-label={accountText.passkeyRenameOne(passkey.name)}
        onClick={() => {
          name.value = passkey.name;
          isRenaming.value = true;
        }}
      >
        {accountText.passkeyRename}
      </button>
      <button
        type="button"
        class="button plain danger max-sm:w-full"
        aria-label={accountText.passkeyRemoveOne(passkey.name)}
        onClick={onRemove}
      >
        {accountText.passkeyRemove}
      </button>
    </li>
  );
}

const factsOf = ({ createdAt, lastUsedAt, synced }: Passkey) => [
  accountText.passkeyCreated(createdAt),
  accountText.passkeyUsed(lastUsedAt),
  ...(synced ? [accountText.passkeySynced] : []),
];

type DialogProps = { passkeys: Passkeys; passkey: Passkey; onClose: () => void };

function RemoveDialog({ passkeys, passkey, onClose }: DialogProps) {
  const { list, isBusy, failure } = passkeys;
  const isLast = list.value?.passkeys.length === 1 && !list.value.hasOtherSignIn;
  return (
    <QuestionDialog
      title={accountText.passkeyRemoveTitle(passkey.name)}
      confirm={accountText.passkeyRemoveConfirm}
      keep={accountText.passkeyKeep}
      isDanger
      isBusy={isBusy.value}
      error={typeof failure.value === "string" ? null : failure.value}
      onConfirm={() => void passkeys.remove(passkey.id).then((isDone) => isDone && onClose())}
      onClose={onClose}
    >
      <p>{isLast ? accountText.passkeyRemoveLast : accountText.passkeyRemoveWhat}</p>
    </QuestionDialog>
  );
}
