/** What the form has beyond prompt and model, as one chunk: options, chips and dialogs. */
import { dialogsPart } from "../studio/dialogs.ts";
import { usePart } from "../ui/parts.ts";
import { PresetsDialog } from "./presets-dialog.tsx";

export { OptionsPanel, SeedChip } from "./options-panel.tsx";

/** The dialog of the form that is open. */
export function FormDialog() {
  const name = usePart(dialogsPart).form.value;
  return name === "presets" ? <PresetsDialog /> : null;
}
