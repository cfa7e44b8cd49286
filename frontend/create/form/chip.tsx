import x from "lucide-static/icons/x.svg?raw";
import type { ComponentChildren } from "preact";
import { composerPart } from "../../studio/generate/composer.ts";
import { Icon } from "../../ui/icon.tsx";
import { usePart } from "../../ui/parts.ts";

type Props = { label: string; onRemove: () => void; children: ComponentChildren };

/** A setting of the next Generate; a click removes it. */
export function Chip({ label, onRemove, children }: Props) {
  const { focus } = usePart(composerPart);
  return (
    <button
      type="button"
      class="button plain small touch:min-h-control"
      aria-label={label}
      title={label}
      onClick={() => {
        onRemove();
        focus.value = true;
      }}
    >
      {children}
      <Icon svg={x} />
    </button>
  );
}
