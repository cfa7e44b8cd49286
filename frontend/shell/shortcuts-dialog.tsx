import { Fragment } from "preact";
import type { Backstage } from "../studio/deferred.ts";
import { isMac } from "../browser/keys.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { shortcuts as lists } from "../text/shortcuts.ts";
import { Dialog } from "../ui/dialog.tsx";

/** The list behind `?`. */
export function Shortcuts({ studio, shortcuts }: { studio: Studio; shortcuts: Backstage["shortcuts"] }) {
  const close = () => {
    studio.helping.value = false;
  };
  return (
    <Dialog label={making.shortcuts} class="sheet" onClose={close}>
      {/* Takes the focus at first: the list begins at its top. */}
      <h2 tabIndex={-1} class="text-lg font-semibold outline-none">
        {making.shortcuts}
      </h2>
      {lists(studio.composer.enterSends.value).map(({ where, list }) => (
        <section key={where} class="mt-4">
          <h3 class="text-sm text-muted">{where}</h3>
          <dl class="shortcuts">
            {list.map(({ keys, what }) => (
              <Fragment key={what}>
                <dt>
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
      <label class="switch mt-4">
        {making.shortcutsOn}
        <input
          type="checkbox"
          role="switch"
          checked={shortcuts.on.value}
          onChange={(event) => shortcuts.turn(event.currentTarget.checked)}
        />
      </label>
      <button type="button" class="button quiet mt-3 w-full" onClick={close}>
        {making.close}
      </button>
    </Dialog>
  );
}

function Keys({ keys }: { keys: string }) {
  return (
    <span class="inline-flex gap-1">
      {keys.split(/[ +]/).map((key, index) => (
        <kbd key={index} class="key">
          {key === "Mod" ? (isMac() ? "⌘" : "Ctrl") : key}
        </kbd>
      ))}
    </span>
  );
}
