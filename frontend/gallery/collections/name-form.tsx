import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { MAX_NAME_LENGTH, nameProblem } from "../../../worker/shared/names.ts";
import type { ApiError } from "../../api/result.ts";
import { collectionsText } from "../../text/collections.ts";

type Props = {
  initial?: string;
  submit: string;
  /** The error, or null after success. */
  onSubmit: (name: string) => Promise<ApiError | null>;
  onCancel: () => void;
};

/** The name of a collection. After an error the typed name stays. */
export function NameForm({ initial = "", submit, onSubmit, onCancel }: Props) {
  const text = useSignal(initial);
  const problem = useSignal<string | null>(null);
  const isSending = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();
  useLayoutEffect(() => field.current?.select(), []);

  async function send() {
    if (isSending.value) return;
    const invalid = nameProblem(text.value);
    problem.value = invalid && collectionsText.nameProblem(invalid);
    if (invalid) return field.current?.focus();
    isSending.value = true;
    const error = await onSubmit(text.value);
    isSending.value = false;
    problem.value = error && collectionsText.error(error.code);
  }

  return (
    <form
      class="grid grid-cols-1 gap-2"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <input
        ref={field}
        class="field"
        aria-label={collectionsText.namePlaceholder}
        placeholder={collectionsText.namePlaceholder}
        autocomplete="off"
        dir="auto"
        maxLength={4 * MAX_NAME_LENGTH}
        aria-invalid={problem.value !== null}
        aria-describedby={problemId}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          problem.value = null;
        }}
        onKeyDown={(event) => {
          // Escape ends the form, not the menu or dialog around it.
          if (event.key !== "Escape" || event.isComposing) return;
          event.preventDefault();
          event.stopPropagation();
          onCancel();
        }}
      />
      <p id={problemId} role="alert" class="text-sm text-danger">
        {problem.value}
      </p>
      <div class="flex flex-wrap gap-2">
        <button type="submit" class="button filled small touch:min-h-control" aria-disabled={isSending.value}>
          {submit}
        </button>
        <button type="button" class="button plain small touch:min-h-control" onClick={onCancel}>
          {collectionsText.cancel}
        </button>
      </div>
    </form>
  );
}
