import type { ComponentChildren } from "preact";
import imageOff from "lucide-static/icons/image-off.svg?raw";
import images from "lucide-static/icons/images.svg?raw";
import searchX from "lucide-static/icons/search-x.svg?raw";
import wifiOff from "lucide-static/icons/wifi-off.svg?raw";
import type { ErrorCode } from "../api/result.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { isFiltered, NO_FILTERS, writeFilters } from "../studio/images/filters.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { errors } from "../text/errors.ts";
import { galleryText } from "../text/gallery.ts";
import { menuText } from "../text/menu.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

/** Why the images could not be loaded. */
export function LoadError({ code, onRetry }: { code: ErrorCode; onRetry: () => void }) {
  const isOffline = code === "network_error";
  return (
    <EmptyState
      isAlert
      icon={isOffline ? wifiOff : imageOff}
      title={isOffline ? galleryText.offline : galleryText.loadFailed}
      why={isOffline ? galleryText.offlineWhy : errors.notLoaded(code)}
    >
      <button type="button" class="button filled" data-focus-fallback="3" onClick={onRetry}>
        {galleryText.tryAgain}
      </button>
    </EmptyState>
  );
}

/** Replaces the grid: why the list is empty, and what the user can do. */
export function EmptyList({ list }: { list: ImageList }) {
  const router = usePart(routerPart);
  const { filters, state, error } = list;
  if (state.value === "failed" && error.value) {
    return <LoadError code={error.value.code} onRetry={() => void list.loadMore()} />;
  }
  if (!isFiltered(filters)) {
    return (
      <EmptyState icon={images} title={galleryText.empty} why={galleryText.emptyWhy}>
        <a href={pathOf("create")} class="button filled" data-focus-fallback="3">
          {galleryText.start}
        </a>
      </EmptyState>
    );
  }
  const isOnlySearch = filters.q !== "" && !isFiltered({ ...filters, q: "" });
  const isOnlyStatus = !isFiltered({ ...filters, status: NO_FILTERS.status });
  const [title, why] = isOnlySearch
    ? [galleryText.nothingFound(filters.q), galleryText.nothingFoundWhy]
    : isOnlyStatus
      ? [galleryText.noneOfStatus, galleryText.noneOfStatusWhy]
      : [galleryText.tooNarrow, galleryText.tooNarrowWhy];
  return (
    <EmptyState icon={searchX} title={title} why={why}>
      <button
        type="button"
        class="button plain"
        data-focus-fallback="3"
        onClick={() => router.go(pathOf("gallery") + writeFilters(NO_FILTERS))}
      >
        {isOnlySearch ? galleryText.clearSearch : galleryText.clearAll}
      </button>
    </EmptyState>
  );
}

export function SignInInvitation() {
  const { signIn } = usePart(dialogsPart);
  return (
    <EmptyState icon={images} title={galleryText.signIn} why={galleryText.emptyWhy}>
      <button
        type="button"
        class="button filled"
        onClick={() => {
          signIn.value = "asked";
        }}
      >
        {menuText.signIn}
      </button>
    </EmptyState>
  );
}

type EmptyStateProps = {
  icon: string;
  title: string;
  why: string;
  isAlert?: boolean;
  children: ComponentChildren;
};

function EmptyState({ icon, title, why, isAlert, children }: EmptyStateProps) {
  return (
    <div
      class="grid justify-items-center gap-2 py-16 text-center wrap-anywhere"
      role={isAlert ? "alert" : undefined}
    >
      <span class="mb-3 grid rounded-full bg-sunken p-4 text-xl text-muted">
        <Icon svg={icon} />
      </span>
      <h2 class="max-w-full text-lg font-semibold text-balance wrap-anywhere">{title}</h2>
      <p class="mb-4 max-w-md text-muted">{why}</p>
      {children}
    </div>
  );
}
