import { useSignal } from "@preact/signals";
import circleUser from "lucide-static/icons/circle-user-round.svg?raw";
import type { Router } from "../browser/router.ts";
import type { Studio } from "../studio/studio.ts";
import { text } from "../text/common.ts";
import { Icon } from "../ui/icon.tsx";
import { lazy } from "../ui/lazy.tsx";

const AccountMenu = lazy(() => import("./account-menu.tsx").then((part) => part.AccountMenu));

export function Header({ studio, router }: { studio: Studio; router: Router }) {
  const { page } = router.route.value;
  const menu = useSignal(false);
  const user = studio.session.user.value;
  const limits = studio.session.limits.value;
  const waiting = studio.orders.waiting.value.length;
  return (
    <header class="bar">
      <a href="/" class="brand">
        <img src="/favicon.svg" alt="" width={28} height={28} />
        <span class="max-sm:sr-only">{text.name}</span>
      </a>
      <nav class="flex gap-1" aria-label={text.name}>
        <a href="/" class="tab" aria-current={page === "studio" ? "page" : undefined}>
          {text.create}
        </a>
        <a href="/gallery" class="tab" aria-current={page === "gallery" ? "page" : undefined}>
          {text.gallery}
        </a>
      </nav>
      <div class="flex flex-1 items-center justify-end gap-3">
        {/* Without a generation it would contradict a card whose output is being saved. */}
        {user && limits && (limits.inFlight > 0 || waiting > 0) && (
          <span class="flight">
            {limits.inFlight > 0 && (
              <>
                <span class="sm:hidden" aria-hidden="true">
                  {text.generatingShort(limits.inFlight, limits.concurrent)}
                </span>
                <span class="max-sm:sr-only">{text.generating(limits.inFlight, limits.concurrent)}</span>
              </>
            )}
            {waiting > 0 && <span class="max-sm:sr-only">{text.waiting(waiting)}</span>}
          </span>
        )}
        <button
          type="button"
          class="button round quiet"
          popovertarget="account"
          aria-label={text.account}
          onClick={() => {
            menu.value = true;
          }}
        >
          {user ? <span class="initial">{user.email.charAt(0)}</span> : <Icon svg={circleUser} />}
        </button>
      </div>
      {menu.value && <AccountMenu studio={studio} />}
    </header>
  );
}
