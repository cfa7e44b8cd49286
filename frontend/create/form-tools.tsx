/** What the Create page has beyond prompt and model, as one chunk: options, chips, queue and dialogs; failures, the images of a batch, and the actions of tiles. */
import { dialogsPart } from "../studio/dialogs.ts";
import { usePart } from "../ui/parts.ts";
import { PresetsDialog } from "./form/presets-dialog.tsx";
import { StylesDialog } from "./form/styles-dialog.tsx";

export { BatchBlock } from "./batch-block.tsx";
export { FailureList } from "./failure-list.tsx";
export { FormChips } from "./form/form-chips.tsx";
export { OptionsPanel } from "./form/options-panel.tsx";
export { QueuePanel } from "./queue-panel.tsx";
export { ResultTools } from "./result-tools.tsx";
export { TileActions } from "./tile-actions.tsx";

/** The dialog of the form that is open. */
export function FormDialog() {
  const name = usePart(dialogsPart).form.value;
  return name === "presets" ? <PresetsDialog /> : name === "styles" ? <StylesDialog /> : null;
}
