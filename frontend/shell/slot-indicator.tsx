import { pathOf, routerPart } from "../browser/router.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { outboxPart } from "../studio/generate/outbox.ts";
import { sessionPart } from "../studio/session/session.ts";
import { createText } from "../text/create.ts";
import { usePart } from "../ui/parts.ts";

/** How much is being created and queued, in the header; a click shows it. Nothing is shown while nothing is in flight. */
export function SlotIndicator() {
  const router = usePart(routerPart);
  const { user, limits } = usePart(sessionPart);
  const { queue: isQueueOpen } = usePart(dialogsPart);
  const queued = usePart(outboxPart).queued.value.length;
  const creating = limits.value?.inFlight ?? 0;
  if (!user.value || !limits.value || creating + queued === 0) return null;
  const isCreatePage = router.route.value.page === "create" && router.route.value.imageId === null;

  const counts = [
    creating > 0 && createText.creatingCount(creating),
    queued > 0 && createText.queuedCount(queued),
  ];
  return (
    <button
      type="button"
      class="button quiet small min-w-control gap-2 px-2 text-xs nums"
      title={createText.showProgress}
      onClick={() => {
        if (!isCreatePage) router.go(pathOf("create"));
        isQueueOpen.value = queued > 0;
        // After the page is rendered.
        if (queued === 0) setTimeout(scrollToFeed);
      }}
    >
      <span class="size-2 flex-none rounded-full border border-accent bg-accent" />
      <span class="max-sm:sr-only">{counts.filter((count) => count !== false).join(" · ")}</span>
      <span class="sm:hidden" aria-hidden="true">
        {createText.busyCount(creating + queued)}
      </span>
    </button>
  );
}

/** What is being created is at the top. */
function scrollToFeed(): void {
  scrollTo(0, 0);
}
