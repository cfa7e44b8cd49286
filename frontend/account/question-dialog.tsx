/** Asks before something that cannot be undone. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { ApiError } from "../api/result.ts";
import { errors } from "../text/errors.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useFocusedSection } from "./section.tsx";

type Props = {
  title: string;
  confirm: string;
  keep: string;
  isDanger?: boolean;
  isBusy: boolean;
  error: ApiError | null;
  onConfirm: () => void;
  onClose: () => void;
  /** What happens. */
  children: ComponentChildren;
};

export function QuestionDialog({
  title,
  confirm,
  keep,
  isDanger = false,
  isBusy,
  error,
  onConfirm,
  onClose,
  children,
}: Props) {
  const content = useRef<HTMLDivElement>(null);
  useFocusedSection(content);
  return (
    <Dialog label={title} class="modal" onClose={onClose}>
      <div ref={content} class="grid gap-4 text-sm wrap-anywhere">
        <h2 class="text-lg font-semibold">
          <bdi>{title}</bdi>
        </h2>
        {children}
        <p role="alert" class="text-danger empty:hidden">
          {error && errors.sentence(error.code)}
        </p>
        <div class="grid gap-2">
          <button
            type="button"
            class={`button filled ${isDanger ? "danger" : ""}`}
            aria-disabled={isBusy}
            onClick={onConfirm}
          >
            {confirm}
          </button>
          <button type="button" class="button plain" onClick={onClose}>
            {keep}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
