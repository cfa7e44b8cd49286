/** The forms in the dialog of presets: a name, and the question before a preset is replaced or deleted. */
import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { nameProblem } from "../../../worker/shared/names.ts";
import { presetsText } from "../../text/presets.ts";

type ConfirmationProps = {
  question: string;
  button: string;
  isDanger: boolean;
  /** Returns what went wrong, or null. */
  send: () => Promise<string | null>;
  onDone: () => void;
};

export function Confirmation({ question, button, isDanger, send, onDone }: ConfirmationProps) {
  const { problem, isSending, run } = useSending(send, onDone);
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  return (
    <div class="grid gap-2 py-3 text-sm" role="group" aria-label={question}>
      <p class="wrap-anywhere">{question}</p>
      <div class="flex gap-2">
        <button
          type="button"
          class={`button small filled touch:min-h-control ${isDanger ? "danger" : ""}`}
          aria-disabled={isSending.value}
          onClick={() => void run()}
        >
          {button}
        </button>
        <button ref={first} type="button" class="button small plain touch:min-h-control" onClick={onDone}>
          {presetsText.cancel}
        </button>
      </div>
      <Problem text={problem.value} />
    </div>
  );
}

type NameFormProps = {
  label: string;
  initial: string;
  button: string;
  hasFocus?: boolean;
  /** Returns what went wrong, or null. */
  send: (name: string) => Promise<string | null>;
  onDone: (name: string) => void;
  onCancel?: () => void;
};

export function NameForm({ label, initial, button, hasFocus = true, send, onDone, onCancel }: NameFormProps) {
  const name = useSignal(initial);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const { problem, isSending, run } = useSending(
    async () => {
      const wrong = nameProblem(name.value);
      return wrong ? presetsText.nameProblems[wrong] : send(name.value);
    },
    () => onDone(name.value.trim()),
  );
  useLayoutEffect(() => {
    if (!hasFocus) return;
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <form
      class="grid gap-2 py-2"
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        await run();
        if (problem.value !== null) field.current?.focus();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !onCancel) return;
        // Escape leaves the field first; the dialog stays open.
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
    >
      <label class="text-sm font-medium" for={id}>
        {label}
      </label>
      <div class="flex gap-2">
        <input
          ref={field}
          id={id}
          class="field"
          dir="auto"
          autocomplete="off"
          enterkeyhint="done"
          placeholder={presetsText.name}
          value={name.value}
          aria-invalid={problem.value !== null}
          onInput={(event) => {
            name.value = event.currentTarget.value;
            problem.value = null;
          }}
        />
        <button type="submit" class="button filled" aria-disabled={isSending.value}>
          {button}
        </button>
        {onCancel && (
          <button type="button" class="button plain" onClick={onCancel}>
            {presetsText.cancel}
          </button>
        )}
      </div>
      <Problem text={problem.value} />
    </form>
  );
}

/** One request at a time; `problem` says why the last one failed. */
function useSending(send: () => Promise<string | null>, onDone: () => void) {
  const problem = useSignal<string | null>(null);
  const isSending = useSignal(false);
  async function run() {
    if (isSending.value) return;
    isSending.value = true;
    problem.value = await send();
    isSending.value = false;
    if (problem.value === null) onDone();
  }
  return { problem, isSending, run };
}

function Problem({ text }: { text: string | null }) {
  return (
    <p role="alert" class="text-sm text-danger empty:hidden">
      {text}
    </p>
  );
}
