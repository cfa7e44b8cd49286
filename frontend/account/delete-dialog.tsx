import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { User } from "../../worker/contract.ts";
import type { Trouble } from "../api/result.ts";
import { type Deletion, isUncertain } from "./account-deletion.ts";
import { account } from "../text/account.ts";
import { problems } from "../text/errors.ts";
import { Dialog } from "../ui/dialog.tsx";

/** Says what goes, and lets nobody through who has not typed whose it is. */
export function DeleteDialog({ deletion, user }: { deletion: Deletion; user: User }) {
  const typed = useSignal("");
  const isMistyped = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const isSending = deletion.isSending.value;
  const problem = deletion.problem.value;
  const close = () => void deletion.close();

  return (
    <Dialog label={account.deleteTitle} class="sheet" onClose={close}>
      <form
        class="account-form"
        novalidate
        onSubmit={(event) => {
          event.preventDefault();
          isMistyped.value = typed.value.trim().toLowerCase() !== user.email;
          if (isMistyped.value) field.current?.focus();
          else void deletion.send();
        }}
      >
        <h2 class="text-lg font-semibold">{account.deleteTitle}</h2>
        <p class="mt-3 text-sm">{account.deleteGoes}</p>
        <ul class="account-goes">
          {account.deleteList.map((what) => (
            <li key={what}>{what}</li>
          ))}
        </ul>
        <p class="mt-3 text-sm font-semibold">{account.deleteFinal}</p>
        <label class="mt-4 grid gap-1 text-sm">
          {account.deleteConfirm(user.email)}
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
        <p id="delete-problem" role="alert" class="account-problem">
          {isMistyped.value ? account.deleteMismatch(user.email) : problem && sentenceOf(problem)}
        </p>
        <div class="account-answers">
          <button type="submit" class="button account-delete" aria-disabled={isSending}>
            {isSending
              ? account.deleting
              : problem && isUncertain(problem)
                ? account.deleteAgain
                : account.deleteDo}
          </button>
          <button type="button" class="button plain" aria-disabled={isSending} onClick={close}>
            {account.keep}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function sentenceOf(problem: Trouble): string {
  const why = problems[problem.code] ?? problems.bad_answer;
  if (problem.code === "unauthenticated") return account.deleteSignedOut;
  return isUncertain(problem) ? account.deleteUncertain(why) : why;
}
