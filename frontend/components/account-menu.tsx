import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Studio } from "../state/studio.ts";
import { later } from "../text/later.ts";

type Theme = keyof typeof later.themes;
const THEMES = Object.keys(later.themes) as Theme[];

/** Fetched with the first click on its button, and so opens itself once; from then on the button does. */
export function AccountMenu({ studio }: { studio: Studio }) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => menu.current?.showPopover(), []);
  const user = studio.session.user.value;
  return (
    <div ref={menu} id="account" popover="auto" class="menu">
      <p class="px-3 pt-2 pb-3 text-sm">
        <strong class="block truncate font-semibold">{user?.email ?? later.signedOut}</strong>
        {user && <span class="text-muted">{later.plan(user.plan)}</span>}
      </p>
      <ThemeChoice studio={studio} />
      <button
        type="button"
        class="menu-item"
        onClick={() => {
          menu.current?.hidePopover();
          if (user) void studio.signOut();
          else studio.signingIn.value = "asked";
        }}
      >
        {user ? later.signOut : later.signIn}
      </button>
    </div>
  );
}

function ThemeChoice({ studio }: { studio: Studio }) {
  const theme = useSignal<Theme>(THEMES.find((name) => name === studio.store.get("theme")) ?? "system");
  return (
    <fieldset class="themes">
      <legend class="sr-only">{later.theme}</legend>
      {THEMES.map((name) => (
        <label key={name} class="theme">
          <input
            type="radio"
            name="theme"
            class="sr-only"
            checked={theme.value === name}
            onChange={() => {
              theme.value = name;
              studio.store.set("theme", name === "system" ? null : name);
              if (name === "system") delete document.documentElement.dataset.theme;
              else document.documentElement.dataset.theme = name;
            }}
          />
          {later.themes[name]}
        </label>
      ))}
    </fieldset>
  );
}
