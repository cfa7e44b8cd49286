import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { User } from "../../worker/api/schemas/session.ts";
import type { ApiError } from "../api/result.ts";
import { accountText } from "../text/account.ts";
import { errors } from "../text/errors.ts";
import { Dialog } from "../ui/dialog.tsx";
import { type AccountDeletion, isUncertain } from "./account-deletion.ts";

/** Lists what is deleted. The user confirms by typing their address. */
export function DeleteDialog({ deletion, user }: { deletion: AccountDeletion; user: User }) {
  const typed = useSignal("");
  const isMistyped = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const isSending = deletion.isSending.value;
  const error = deletion.error.value;
  const close = () => void deletion.close();

  return (
    <Dialog label={accountText.deleteTitle} class="modal" onClose={close}>
      <form
        class="wrap-anywhere"
        novalidate
        onSubmit={(event) => {
          event.preventDefault();
          isMistyped.value = typed.value.trim().toLowerCase() !== user.email;
          if (isMistyped.value) field.current?.focus();
          else void deletion.send();
        }}
      >
        <h2 class="text-lg font-semibold">{accountText.deleteTitle}</h2>
        <p class="mt-3 text-sm">{accountText.deleteIntro}</p>
        <ul class="mt-2 grid list-disc gap-1 ps-4 text-sm text-muted">
          {accountText.deleteList.map((what) => (
            <li key={what}>{what}</li>
          ))}
        </ul>
        <p class="mt-3 text-sm font-semibold">{accountText.deleteFinal}</p>
        <label class="mt-4 grid gap-1 text-sm">
          {accountText.deleteConfirm(user.email)}
          <input
            ref={field}
            class="field"
            type="email"
            dir="ltr"
            autocomplete="off"
            spellcheck={false}
            readonly={isSending}
            aria-invalid={isMistyped.value}
            aria-describedby="delete-problem"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
              isMistyped.value = false;
            }}
          />
        </label>
        <p id="delete-problem" role="alert" class="mt-2 text-sm text-danger">
          {isMistyped.value ? accountText.deleteMismatch(user.email) : error && sentenceOf(error)}
        </p>
        <div class="mt-4 grid gap-2">
          <button
            type="submit"
            class="button filled danger min-w-0 py-2 whitespace-normal"
            aria-disabled={isSending}
          >
            {isSending
              ? accountText.deleting
              : error && isUncertain(error)
                ? accountText.deleteAgain
                : accountText.deleteConfirmed}
          </button>
          <button
            type="button"
            class="button plain min-w-0 py-2 whitespace-normal"
            aria-disabled={isSending}
            onClick={close}
          >
            {accountText.keep}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function sentenceOf(error: ApiError): string {
  if (error.code === "unauthenticated") return accountText.deleteSignedOut;
  const why = errors.sentence(error.code);
  return isUncertain(error) ? accountText.deleteUncertain(why) : why;
}
