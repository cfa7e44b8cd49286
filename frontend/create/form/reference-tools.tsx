import { useSignal } from "@preact/signals";
import imagePlus from "lucide-static/icons/image-plus.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { useEffect, useRef } from "preact/hooks";
import { uploadImage } from "../../api/upload.ts";
import { acceptFiles } from "../../browser/accept-files.ts";
import { previewOf } from "../../browser/image-preview.ts";
import { tabStorePart } from "../../browser/storage.ts";
import { composerPart } from "../../studio/generate/composer.ts";
import { formReferencePart } from "../../studio/generate/form-reference.ts";
import { formStatePart } from "../../studio/generate/form-state.ts";
import { createReference, type Reference } from "../../studio/generate/reference.ts";
import { modelWithReference } from "../../studio/generate/reference-models.ts";
import { sessionPart } from "../../studio/session/session.ts";
import { toastsPart } from "../../studio/toasts.ts";
import { referenceText } from "../../text/reference.ts";
import { Icon } from "../../ui/icon.tsx";
import { usePart } from "../../ui/parts.ts";
import { Chip } from "./chip.tsx";

/** The reference image, if a model of the studio takes one. */
export function ReferenceTools() {
  const composer = usePart(composerPart);
  const session = usePart(sessionPart);
  const user = session.user.value?.id;
  const isOffered = user !== undefined && modelWithReference(composer, session) !== null;
  return isOffered ? <Tools key={user} user={user} /> : null;
}

/** The button and the image that is chosen, if the chosen model takes one. Files can be dropped and pasted. */
function Tools({ user }: { user: string }) {
  const reference = useReference();
  const input = useRef<HTMLInputElement>(null);
  const isDraggedOver = useSignal(false);
  useEffect(() => reference.keep(user), []);
  useEffect(
    () =>
      acceptFiles({
        add: (file) => void reference.add(file),
        onDrag: (isOver) => {
          isDraggedOver.value = isOver;
        },
      }),
    [],
  );
  const refusal = reference.refusal();
  const dropTarget = isDraggedOver.value && <DropTarget>{refusal ?? referenceText.drop}</DropTarget>;
  if (refusal !== null) return dropTarget;
  const progress = reference.progress.value;
  return (
    <>
      {dropTarget}
      <button
        type="button"
        class="button quiet small touch:min-h-control"
        aria-label={referenceText.addLabel}
        title={referenceText.addLabel}
        onClick={() => input.current?.click()}
      >
        <Icon svg={imagePlus} />
        <span class="max-sm:hidden">{referenceText.add}</span>
      </button>
      <input
        ref={input}
        type="file"
        class="hidden"
        accept="image/png,image/jpeg,image/webp"
        aria-label={referenceText.addLabel}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void reference.add(file);
          // The same file can be chosen again.
          currentTarget.value = "";
        }}
      />
      {progress === null ? (
        <ReferenceChip reference={reference} />
      ) : (
        <UploadProgress reference={reference} percent={progress} />
      )}
    </>
  );
}

/** Covers the form while a file is dragged over the window. */
function DropTarget({ children }: { children: string }) {
  return (
    <div
      class="pointer-events-none absolute inset-0 z-mark grid place-content-center rounded-xl border-2 border-dashed border-accent bg-accent-soft p-4 text-center font-medium text-accent supports-[anchor-name:--a]:inset-[anchor(inside)] supports-[anchor-name:--a]:[position-anchor:--composer]"
      data-drop-target
    >
      {children}
    </div>
  );
}

function useReference(): Reference {
  const composer = usePart(composerPart);
  const session = usePart(sessionPart);
  const form = usePart(formReferencePart);
  const tabStore = usePart(tabStorePart);
  const { announce } = usePart(toastsPart);
  const { reference } = usePart(formStatePart);
  reference.value ??= createReference({
    composer,
    session,
    form,
    tabStore,
    upload: uploadImage,
    previewOf,
    announce,
    now: Date.now,
  });
  return reference.value;
}

function ReferenceChip({ reference }: { reference: Reference }) {
  const chosen = usePart(formReferencePart).chosen.value;
  if (chosen === null) return null;
  const { body, preview } = chosen;
  const src = "generation" in body ? `/images/${body.generation}/${body.output ?? 0}?size=thumb` : preview;
  return (
    <Chip label={referenceText.remove} onRemove={reference.remove}>
      {src && <img src={src} alt="" class="-ms-1.5 size-6 rounded-xs object-cover" />}
      {referenceText.chip}
    </Chip>
  );
}

function UploadProgress({ reference, percent }: { reference: Reference; percent: number }) {
  return (
    <button
      type="button"
      class="button plain small touch:min-h-control"
      aria-label={referenceText.cancel}
      title={referenceText.cancel}
      onClick={reference.cancel}
    >
      <progress class="progress w-16" max={100} value={percent} aria-label={referenceText.uploading} />
      <Icon svg={x} />
    </button>
  );
}
