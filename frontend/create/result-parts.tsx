/** What the newest generation, earlier ones and the images of a batch have in common. */
import type { ComponentChildren } from "preact";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { stylesText } from "../text/styles.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

export const TILE =
  "group relative aspect-(--ratio) max-w-full grow-(--ratio) basis-[calc(var(--ratio)*var(--spacing-row))] overflow-hidden rounded-md bg-shade forced-colors:outline forced-colors:-outline-offset-1";

/** The phone shows an icon over each label, so that all of them fit in one row. */
export const ACTION = "button plain max-md:stacked";

export function Settings({ generation: { model, options } }: { generation: Generation }) {
  const composer = usePart(composerPart);
  const { aspectRatio, seed, style } = options;
  return (
    <dl class="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      <Setting name={commonText.models}>{commonText.model(model)}</Setting>
      <Setting name={commonText.ratio}>{aspectRatio ?? createText.ratioAuto}</Setting>
      {style && <Setting name={stylesText.title}>{stylesText.label(style)}</Setting>}
      {/* On a line of its own, so that a longer seed moves nothing. */}
      <Setting name={createText.seed} className="w-full">
        {seed ?? createText.seedRandom}
        {seed !== undefined && (
          <button
            type="button"
            class="link ms-2"
            onClick={() => {
              composer.seed.value = seed;
            }}
          >
            {createText.useSeed}
          </button>
        )}
      </Setting>
    </dl>
  );
}

type SettingProps = { name: string; className?: string; children: ComponentChildren };

function Setting({ name, className = "", children }: SettingProps) {
  return (
    <div class={`flex gap-2 ${className}`}>
      <dt class="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type ActionProps = {
  icon: string;
  title?: string;
  /** Keeps the focus when another result becomes the latest. */
  name?: string;
  onClick: () => void;
  children: ComponentChildren;
};

export function Action({ icon, title, name, onClick, children }: ActionProps) {
  return (
    <button type="button" class={ACTION} title={title} data-action={name} onClick={onClick}>
      <Icon svg={icon} />
      {children}
    </button>
  );
}
