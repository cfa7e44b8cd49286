import type { ComponentChildren } from "preact";
import folder from "lucide-static/icons/folder.svg?raw";
import imageOff from "lucide-static/icons/image-off.svg?raw";
import images from "lucide-static/icons/images.svg?raw";
import searchX from "lucide-static/icons/search-x.svg?raw";
import wifiOff from "lucide-static/icons/wifi-off.svg?raw";
import { seedIn } from "../../worker/shared/seed-search.ts";
import type { ErrorCode } from "../api/result.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { type Filters, isFiltered, NO_FILTERS, writeFilters } from "../studio/images/filters.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { collectionsText } from "../text/collections.ts";
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
  const showAll = () => router.go(pathOf("gallery") + writeFilters(NO_FILTERS));
  if (error.value?.code === "not_found" && filters.collection !== null) {
    return (
      <EmptyState isAlert icon={folder} title={collectionsText.gone} why={collectionsText.goneWhy}>
        <ShowAll label={collectionsText.showAll} onClick={showAll} />
      </EmptyState>
    );
  }
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
  const { icon, title, why, action } = emptyTextOf(filters);
  return (
    <EmptyState icon={icon} title={title} why={why}>
      <ShowAll label={action} onClick={showAll} />
    </EmptyState>
  );
}

function ShowAll({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" class="button plain" data-focus-fallback="3" onClick={onClick}>
      {label}
    </button>
  );
}

/** Why no image matches: by the filter, if there is only one. */
function emptyTextOf(filters: Filters): { icon: string; title: string; why: string; action: string } {
  const isOnly = (name: keyof Filters) =>
    filters[name] !== NO_FILTERS[name] && !isFiltered({ ...filters, [name]: NO_FILTERS[name] });
  const clear = { icon: searchX, action: galleryText.clearAll };
  if (isOnly("q")) {
    const seed = seedIn(filters.q);
    const [title, why] =
      seed === null
        ? [galleryText.nothingFound(filters.q), galleryText.nothingFoundWhy]
        : [galleryText.noSeed(seed), galleryText.noSeedWhy];
    return { icon: searchX, title, why, action: galleryText.clearSearch };
  }
  if (isOnly("collection")) {
    const { empty: title, emptyWhy: why, showAll: action } = collectionsText;
    return { icon: folder, title, why, action };
  }
  if (isOnly("shared")) return { ...clear, title: galleryText.noneShared, why: galleryText.noneSharedWhy };
  if (isOnly("status"))
    return { ...clear, title: galleryText.noneOfStatus, why: galleryText.noneOfStatusWhy };
  return { ...clear, title: galleryText.tooNarrow, why: galleryText.tooNarrowWhy };
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
