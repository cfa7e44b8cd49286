import { useSignal } from "@preact/signals";
import circleUser from "lucide-static/icons/circle-user-round.svg?raw";
import type { ComponentChildren } from "preact";
import { pathOf, routerPart } from "../browser/router.ts";
import { sessionPart } from "../studio/session/session.ts";
import { commonText } from "../text/common.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

type Props = {
  /** How much is being created. */
  indicator: ComponentChildren;
  /** The account menu; it opens when it is mounted, and with the button from then on. */
  menu: ComponentChildren;
};

export function AppHeader({ indicator, menu }: Props) {
  const isMenuWanted = useSignal(false);
  const user = usePart(sessionPart).user.value;
  const isSticky = usePart(routerPart).route.value.page === "gallery";
  return (
    <header
      class={`flex h-header items-center print:hidden gap-2 px-gutter sm:gap-4 ${isSticky ? "bg-canvas tall:sticky tall:top-0 tall:z-header" : ""}`}
    >
      <a
        href={pathOf("create")}
        class="flex min-h-control items-center gap-2 font-heading max-sm:min-w-control"
      >
        <img src="/favicon.svg" alt="" width={28} height={28} />
        <span class="max-sm:sr-only">{commonText.name}</span>
      </a>
      <nav class="flex gap-1" aria-label={commonText.name}>
        <Tab page="create" />
        <Tab page="gallery" />
      </nav>
      <div class="flex flex-1 items-center justify-end gap-3">
        {indicator}
        <button
          type="button"
          class="button round quiet"
          popovertarget="account"
          aria-label={commonText.account}
          onClick={() => {
            isMenuWanted.value = true;
          }}
        >
          {user ? <Avatar email={user.email} /> : <Icon svg={circleUser} />}
        </button>
      </div>
      {isMenuWanted.value && menu}
    </header>
  );
}

function Tab({ page }: { page: "create" | "gallery" }) {
  const isCurrent = usePart(routerPart).route.value.page === page;
  return (
    <a
      href={pathOf(page)}
      class="grid min-h-control-sm place-content-center rounded-full px-2 text-sm font-medium text-muted hover:text-ink aria-[current]:bg-sunken aria-[current]:text-ink sm:px-3"
      aria-current={isCurrent ? "page" : undefined}
    >
      {commonText[page]}
    </a>
  );
}
