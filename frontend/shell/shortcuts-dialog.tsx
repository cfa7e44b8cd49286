import { Fragment } from "preact";
import { isMac } from "../browser/keys.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { shortcutsPart } from "../studio/shortcuts.ts";
import { createText } from "../text/create.ts";
import { shortcutLists } from "../text/shortcuts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { EnterSendsSwitch } from "./account-menu.tsx";
import { usePart } from "../ui/parts.ts";

/** Every keyboard shortcut, in two columns on wide windows. */
export function ShortcutsDialog() {
  const dialogs = usePart(dialogsPart);
  const { enterSends } = usePart(composerPart);
  const shortcuts = usePart(shortcutsPart);
  const close = () => {
    dialogs.shortcuts.value = false;
  };
  return (
    <Dialog label={createText.shortcuts} class="modal md:w-240" onClose={close}>
      {/* Takes the focus first, so that the dialog is shown from its top. */}
      <h2 tabIndex={-1} class="text-lg font-semibold outline-none">
        {createText.shortcuts}
      </h2>
      <div class="gap-x-12 md:columns-2">
        {shortcutLists(enterSends.value).map(({ where, list }) => (
          <section key={where} class="break-inside-avoid pt-4">
            <h3 class="text-sm text-muted">{where}</h3>
            <dl class="mt-2 grid grid-cols-[2fr_3fr] gap-x-4 gap-y-2 text-sm">
              {list.map(({ keys, what }) => (
                <Fragment key={what}>
                  <dt class="flex flex-wrap items-start gap-2">
                    {keys.map((key) => (
                      <Keys key={key} keys={key} />
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <EnterSendsSwitch className="mt-4" />
      <label class="switch mt-4">
        {createText.shortcutsOn}
        <input
          type="checkbox"
          role="switch"
          checked={shortcuts.isEnabled.value}
          onChange={(event) => shortcuts.setEnabled(event.currentTarget.checked)}
        />
      </label>
      <button type="button" class="button quiet mt-3 w-full" onClick={close}>
        {createText.close}
      </button>
    </Dialog>
  );
}

function Keys({ keys }: { keys: string }) {
  return (
    <span class="inline-flex gap-1">
      {keys.split(/[ +]/).map((key, index) => (
        <Kbd key={index}>{key === "Mod" ? (isMac() ? "⌘" : "Ctrl") : key}</Kbd>
      ))}
    </span>
  );
}
