import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { pathOf } from "../browser/router.ts";
import { storePart } from "../browser/storage.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { notificationsPart } from "../studio/notifications.ts";
import { sessionPart } from "../studio/session/session.ts";
import { signInPart } from "../studio/session/sign-in.ts";
import { updatePart } from "../studio/update.ts";
import { createText } from "../text/create.ts";
import { menuText } from "../text/menu.ts";
import { useLightDismiss } from "../ui/light-dismiss.ts";
import { Kbd } from "../ui/kbd.tsx";
import { usePart } from "../ui/parts.ts";

type Theme = keyof typeof menuText.themes;
const ITEM = "flex min-h-control w-full items-center rounded-md px-3 text-sm font-medium hover:bg-sunken";
const THEMES = Object.keys(menuText.themes) as Theme[];

/** Mounted with the first click on its button, and opens itself then; from then on the button opens it. */
export function AccountMenu() {
  const dialogs = usePart(dialogsPart);
  const signIn = usePart(signInPart);
  const user = usePart(sessionPart).user.value;
  const update = usePart(updatePart).value;
  const menu = useRef<HTMLDivElement>(null);
  useLightDismiss(menu);
  useEffect(() => {
    // If it was rendered within the click, the button has opened it already.
    if (!menu.current?.matches(":popover-open")) menu.current?.showPopover();
  }, []);
  const hide = () => menu.current?.hidePopover();
  return (
    <div ref={menu} id="account" popover="auto" class="popover end-gutter top-header w-72 gap-0 p-2">
      <Summary />
      {user && (
        <a href={pathOf("account")} class={ITEM} onClick={hide}>
          {menuText.yourAccount}
        </a>
      )}
      <ThemeChoice />
      <EnterSendsSwitch />
      <NotificationsSwitch />
      {update && (
        <button type="button" class={ITEM} onClick={update}>
          {createText.updateTake}
        </button>
      )}
      <button
        type="button"
        class={`${ITEM} justify-between`}
        onClick={() => {
          hide();
          dialogs.shortcuts.value = true;
        }}
      >
        {createText.shortcuts}
        <Kbd>?</Kbd>
      </button>
      <button
        type="button"
        class={ITEM}
        onClick={() => {
          hide();
          if (user) void signIn.signOut();
          else dialogs.signIn.value = "asked";
        }}
      >
        {user ? menuText.signOut : menuText.signIn}
      </button>
    </div>
  );
}

/** The user's address and plan, and how many images they have left today. */
function Summary() {
  const { user, limits } = usePart(sessionPart);
  const today = limits.value?.today;
  return (
    <p class="px-3 pt-2 pb-3 text-sm">
      <strong class="block truncate font-semibold">{user.value?.email ?? menuText.signedOut}</strong>
      {user.value && <span class="block text-muted">{menuText.plan(user.value.plan)}</span>}
      {today && today.limit !== null && (
        <span class="block text-muted">
          {createText.dayLeft(Math.max(0, today.limit - today.used), today.limit)}
        </span>
      )}
    </p>
  );
}

/** Kept in this browser. */
export function EnterSendsSwitch({ className = ITEM }: { className?: string }) {
  const { enterSends } = usePart(composerPart);
  const store = usePart(storePart);
  return (
    <label class={`switch ${className}`}>
      {createText.enterSends}
      <input
        type="checkbox"
        role="switch"
        checked={enterSends.value}
        onChange={({ currentTarget: { checked } }) => {
          enterSends.value = checked;
          store.set("enter", checked ? "send" : "line");
        }}
      />
    </label>
  );
}

/** The browser asks for its permission with this click, and only then. */
function NotificationsSwitch() {
  const { isEnabled, isBlocked, setEnabled } = usePart(notificationsPart);
  if (!("Notification" in window)) return null;
  return (
    <>
      <label class={`switch ${ITEM}`}>
        {createText.notify}
        <input
          type="checkbox"
          role="switch"
          checked={isEnabled.value}
          onChange={async (event) => {
            const box = event.currentTarget;
            await setEnabled(box.checked);
            box.checked = isEnabled.value;
          }}
        />
      </label>
      {isBlocked.value && (
        <p role="alert" class="px-3 pb-2 text-sm text-muted">
          {createText.notifyBlocked}
        </p>
      )}
    </>
  );
}

function ThemeChoice() {
  const store = usePart(storePart);
  const theme = useSignal<Theme>(THEMES.find((name) => name === store.get("theme")) ?? "system");
  const choose = (name: Theme) => {
    theme.value = name;
    store.set("theme", name === "system" ? null : name);
    const { dataset } = document.documentElement;
    if (name === "system") delete dataset["theme"];
    else dataset["theme"] = name;
  };
  return (
    <fieldset class="mb-2 grid grid-cols-3 rounded-md bg-sunken p-1">
      <legend class="sr-only">{menuText.theme}</legend>
      {THEMES.map((name) => (
        <label key={name} class="choice min-h-control-sm text-sm">
          <input
            type="radio"
            name="theme"
            class="sr-only"
            checked={theme.value === name}
            onChange={() => choose(name)}
          />
          {menuText.themes[name]}
        </label>
      ))}
    </fieldset>
  );
}
