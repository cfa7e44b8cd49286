import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { signOut } from "../studio/sign-in.ts";
import type { Studio } from "../studio/studio.ts";
import { later } from "../text/sign-in.ts";
import { making } from "../text/create.ts";
import { useLightDismiss } from "../ui/light-dismiss.ts";

type Theme = keyof typeof later.themes;
const THEMES = Object.keys(later.themes) as Theme[];

/** Fetched with the first click on its button, and so opens itself once; from then on the button does. */
export function AccountMenu({ studio }: { studio: Studio }) {
  const menu = useRef<HTMLDivElement>(null);
  useLightDismiss(menu);
  useEffect(() => menu.current?.showPopover(), []);
  const user = studio.session.user.value;
  const today = studio.session.limits.value?.today;
  const update = studio.backstage.value?.update.value;
  return (
    <div ref={menu} id="account" popover="auto" class="pop menu">
      <p class="px-3 pt-2 pb-3 text-sm">
        <strong class="block truncate font-semibold">{user?.email ?? later.signedOut}</strong>
        {user && <span class="block text-muted">{later.plan(user.plan)}</span>}
        {today && today.limit !== null && (
          <span class="block text-muted">
            {making.dayLeft(Math.max(0, today.limit - today.used), today.limit)}
          </span>
        )}
      </p>
      {user && (
        <a href="/account" class="menu-item" onClick={() => menu.current?.hidePopover()}>
          {later.yourAccount}
        </a>
      )}
      <ThemeChoice studio={studio} />
      <label class="menu-item switch">
        {making.enterSends}
        <input
          type="checkbox"
          role="switch"
          checked={studio.composer.enterSends.value}
          onChange={({ currentTarget: { checked } }) => {
            studio.composer.enterSends.value = checked;
            studio.store.set("enter", checked ? "send" : "line");
          }}
        />
      </label>
      <NotifyChoice studio={studio} />
      {update && (
        <button type="button" class="menu-item" onClick={update}>
          {making.updateTake}
        </button>
      )}
      <button
        type="button"
        class="menu-item justify-between"
        onClick={() => {
          menu.current?.hidePopover();
          studio.helping.value = true;
        }}
      >
        {making.shortcuts}
        <kbd class="key">?</kbd>
      </button>
      <button
        type="button"
        class="menu-item"
        onClick={() => {
          menu.current?.hidePopover();
          if (user) void signOut(studio);
          else studio.signingIn.value = "asked";
        }}
      >
        {user ? later.signOut : later.signIn}
      </button>
    </div>
  );
}

/** The browser asks for its permission with this click, and only then. */
function NotifyChoice({ studio }: { studio: Studio }) {
  const notifier = studio.backstage.value?.notifier;
  if (!notifier || !("Notification" in window)) return null;
  return (
    <>
      <label class="menu-item switch">
        {making.notify}
        <input
          type="checkbox"
          role="switch"
          checked={notifier.wanted.value}
          onChange={async (event) => {
            const box = event.currentTarget;
            await notifier.want(box.checked);
            box.checked = notifier.wanted.value;
          }}
        />
      </label>
      {notifier.blocked.value && (
        <p role="alert" class="px-3 pb-2 text-sm text-muted">
          {making.notifyBlocked}
        </p>
      )}
    </>
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
