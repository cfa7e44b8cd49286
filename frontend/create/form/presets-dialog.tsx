import { useSignal } from "@preact/signals";
import pencil from "lucide-static/icons/pencil.svg?raw";
import retry from "lucide-static/icons/refresh-cw.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { MAX_PRESETS } from "../../../worker/shared/organize.ts";
import type { Preset } from "../../../worker/api/schemas/preset.ts";
import { apiPart } from "../../studio/api-part.ts";
import { dialogsPart } from "../../studio/dialogs.ts";
import { composerPart } from "../../studio/generate/composer.ts";
import { formStatePart } from "../../studio/generate/form-state.ts";
import { createPresets, type Presets } from "../../studio/generate/presets.ts";
import { toastsPart } from "../../studio/toasts.ts";
import { sessionPart } from "../../studio/session/session.ts";
import { batchText } from "../../text/batch.ts";
import { commonText } from "../../text/common.ts";
import { errors } from "../../text/errors.ts";
import { presetsText } from "../../text/presets.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { usePart } from "../../ui/parts.ts";
import { Confirmation, NameForm } from "./preset-forms.tsx";

/** Uses, saves, renames, replaces and deletes presets. */
export function PresetsDialog() {
  const dialogs = usePart(dialogsPart);
  const { user } = usePart(sessionPart);
  const close = () => {
    dialogs.form.value = null;
  };
  return (
    <Dialog label={presetsText.title} class="modal" onClose={close}>
      <h2 tabIndex={-1} class="text-lg font-semibold outline-none">
        {presetsText.title}
      </h2>
      {user.value ? <PresetManager onClose={close} /> : <SignInNeeded onClose={close} />}
      <button type="button" class="button quiet mt-2 w-full" onClick={close}>
        {presetsText.close}
      </button>
    </Dialog>
  );
}

function SignInNeeded({ onClose }: { onClose: () => void }) {
  const dialogs = usePart(dialogsPart);
  return (
    <>
      <p class="mt-2 text-sm text-muted">{presetsText.signIn}</p>
      <button
        type="button"
        class="button filled mt-4 w-full"
        onClick={() => {
          onClose();
          dialogs.signIn.value = "asked";
        }}
      >
        {presetsText.signInButton}
      </button>
    </>
  );
}

function usePresets(): Presets {
  const state = usePart(formStatePart);
  const api = usePart(apiPart);
  const composer = usePart(composerPart);
  const toasts = usePart(toastsPart);
  state.presets.value ??= createPresets({ api, composer, toasts });
  return state.presets.value;
}

function PresetManager({ onClose }: { onClose: () => void }) {
  const presets = usePresets();
  const list = presets.list.value;
  useEffect(() => void presets.load(), []);
  return (
    <>
      {list === null && <Loading presets={presets} />}
      {list?.length === 0 && <p class="mt-2 text-sm text-muted">{presetsText.empty}</p>}
      {list !== null && list.length > 0 && (
        <ul class="-mx-2 mt-3 max-h-[45dvh] overflow-auto">
          {list.map((preset) => (
            <PresetRow key={preset.id} preset={preset} presets={presets} onUsed={onClose} />
          ))}
        </ul>
      )}
      {list !== null && <SaveForm presets={presets} isFull={list.length >= MAX_PRESETS} />}
    </>
  );
}

function Loading({ presets }: { presets: Presets }) {
  const error = presets.error.value;
  return (
    <div class="mt-2 min-h-24">
      <p role="status" class="text-sm text-muted">
        {error ? errors.sentence(error.code) : presetsText.loading}
      </p>
      {error && (
        <button type="button" class="button plain small mt-3" onClick={() => void presets.load()}>
          {presetsText.tryAgain}
        </button>
      )}
    </div>
  );
}

type RowProps = { preset: Preset; presets: Presets; onUsed: () => void };
type Task = "rename" | "replace" | "remove";

/** A click on its name puts it into the form. */
function PresetRow({ preset, presets, onUsed }: RowProps) {
  const task = useSignal<Task | null>(null);
  const row = useRef<HTMLLIElement>(null);
  const hasEnded = useRef(false);
  const { id, name, prompt } = preset;
  const end = () => {
    task.value = null;
    hasEnded.current = true;
  };
  useLayoutEffect(() => {
    if (task.value !== null || !hasEnded.current) return;
    hasEnded.current = false;
    row.current?.querySelector("button")?.focus();
  }, [task.value]);
  return (
    <li ref={row} class="px-2 not-first:border-t not-first:border-line">
      {task.value === "rename" && (
        <NameForm
          label={presetsText.name}
          initial={name}
          button={presetsText.save}
          send={(words) => presets.rename(id, words)}
          onDone={end}
          onCancel={end}
        />
      )}
      {(task.value === "replace" || task.value === "remove") && (
        <Confirmation
          question={task.value === "replace" ? presetsText.replaceWhat(name) : presetsText.removeWhat(name)}
          button={task.value === "replace" ? presetsText.replaceNow : presetsText.removeNow}
          isDanger={task.value === "remove"}
          send={() => (task.value === "replace" ? presets.replace(id) : presets.remove(id))}
          onDone={end}
        />
      )}
      {task.value === null && (
        <div class="flex items-center">
          <button
            type="button"
            class="min-h-control min-w-0 flex-1 rounded-sm px-2 py-1.5 text-start text-sm hover:bg-sunken"
            onClick={() => {
              onUsed();
              presets.use(preset);
            }}
          >
            {/* The name of the button is all of its text (WCAG 2.5.3). */}
            <span class="sr-only">{presetsText.apply(name)} </span>
            <span class="flex font-semibold">
              <bdi class="truncate">{name}</bdi>
            </span>
            <span class="block truncate text-muted" dir="auto">
              {summaryOf(preset)}
            </span>
            {prompt !== undefined && (
              <span class="block truncate text-muted" dir="auto">
                {prompt}
              </span>
            )}
          </button>
          <RowButton icon={pencil} label={presetsText.rename(name)} onClick={() => (task.value = "rename")} />
          <RowButton
            icon={retry}
            label={presetsText.replace(name)}
            onClick={() => (task.value = "replace")}
          />
          <RowButton icon={trash} label={presetsText.remove(name)} onClick={() => (task.value = "remove")} />
        </div>
      )}
    </li>
  );
}

function summaryOf({ model, options, prompt }: Preset): string {
  const parts = [
    model !== undefined && commonText.model(model),
    options.aspectRatio,
    (options.count ?? 1) > 1 && batchText.countLabel(options.count ?? 1),
    prompt === undefined && presetsText.noPrompt,
  ];
  return parts.filter(Boolean).join(" · ");
}

function RowButton({ icon, label, onClick }: { icon: string; label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      class="button round small quiet touch:size-11"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon svg={icon} />
    </button>
  );
}

function SaveForm({ presets, isFull }: { presets: Presets; isFull: boolean }) {
  const toasts = usePart(toastsPart);
  const savedCount = useSignal(0);
  if (isFull) return <p class="mt-4 border-t border-line pt-4 text-sm text-muted">{presetsText.full}</p>;
  return (
    <div class="mt-4 border-t border-line pt-2">
      <NameForm
        key={savedCount.value}
        label={presetsText.saveForm}
        initial=""
        button={presetsText.save}
        hasFocus={savedCount.value > 0}
        send={(name) => presets.save(name)}
        onDone={(name) => {
          savedCount.value += 1;
          toasts.announce(presetsText.saved(name));
        }}
      />
    </div>
  );
}
