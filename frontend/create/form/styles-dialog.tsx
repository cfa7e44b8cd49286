import ban from "lucide-static/icons/ban.svg?raw";
import type { ComponentChildren } from "preact";
import { STYLES, type StyleId } from "../../../worker/shared/styles.ts";
import { dialogsPart } from "../../studio/dialogs.ts";
import { composerPart } from "../../studio/generate/composer.ts";
import { stylesText } from "../../text/styles.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { usePart } from "../../ui/parts.ts";

/** The style is chosen with one click, which closes the dialog. */
export function StylesDialog() {
  const { form } = usePart(dialogsPart);
  const close = () => {
    form.value = null;
  };
  return (
    <Dialog label={stylesText.title} class="modal md:w-[36rem]" onClose={close}>
      <h2 tabIndex={-1} class="text-lg font-semibold outline-none">
        {stylesText.title}
      </h2>
      <p class="mt-1 text-sm text-muted">{stylesText.what}</p>
      <div class="mt-4 grid grid-cols-3 gap-2 sm:grid-cols-4">
        <Choice id={null} onChosen={close}>
          <Icon svg={ban} />
          {stylesText.none}
        </Choice>
        {STYLES.map(({ id, label }) => (
          <Choice key={id} id={id} onChosen={close}>
            <Sample id={id} className="size-16 rounded-sm" />
            {label}
          </Choice>
        ))}
      </div>
      <button type="button" class="button quiet mt-3 w-full" onClick={close}>
        {stylesText.close}
      </button>
    </Dialog>
  );
}

type ChoiceProps = { id: StyleId | null; onChosen: () => void; children: ComponentChildren };

function Choice({ id, onChosen, children }: ChoiceProps) {
  const { style, focus } = usePart(composerPart);
  return (
    <button
      type="button"
      class={`button toggle min-w-0 text-xs whitespace-normal ${id ? "h-full flex-col gap-1.5 px-1 py-2" : "col-span-full"}`}
      aria-pressed={style.value === id}
      onClick={() => {
        style.value = id;
        onChosen();
        focus.value = true;
      }}
    >
      {children}
    </button>
  );
}

/** A drawing in `public/styles` (tests/e2e/style-samples.ts). */
export function Sample({ id, className }: { id: StyleId; className: string }) {
  return <img class={className} src={`/styles/${id}.webp`} alt="" width={96} height={96} loading="lazy" />;
}
