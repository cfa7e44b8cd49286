import { useSignal } from "@preact/signals";
import { copyText } from "../browser/clipboard.ts";
import { secretText } from "../text/api-keys.ts";

type Props = { title: string; secret: string; onClose: () => void };

/** A secret that is shown once, with a button that copies it. */
export function NewSecret({ title, secret, onClose }: Props) {
  /** Null: not copied yet. */
  const isCopied = useSignal<boolean | null>(null);
  return (
    <div class="grid gap-4">
      <h2 class="text-lg font-semibold">{title}</h2>
      <p class="text-sm">{secretText.hint}</p>
      <input
        class="field font-mono text-sm"
        dir="ltr"
        readonly
        aria-label={title}
        value={secret}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p role="status" class="text-sm text-muted empty:hidden">
        {isCopied.value === null ? null : isCopied.value ? secretText.copied : secretText.copyFailed}
      </p>
      <div class="grid gap-2">
        <button
          type="button"
          class="button filled"
          onClick={async () => {
            isCopied.value = await copyText(secret);
          }}
        >
          {secretText.copy}
        </button>
        <button type="button" class="button plain" onClick={onClose}>
          {secretText.done}
        </button>
      </div>
    </div>
  );
}
