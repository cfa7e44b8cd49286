import type { Generation } from "../../worker/api/schemas/generation.ts";
import { durationsPart, estimateOf } from "../studio/generate/durations.ts";
import type { FeedEntry } from "../studio/images/feed.ts";
import { outboxPart } from "../studio/generate/outbox.ts";
import { isUnconfirmed } from "../studio/generate/quota.ts";
import { sessionPart } from "../studio/session/session.ts";
import { createText } from "../text/create.ts";
import { useElapsed } from "../ui/elapsed.tsx";
import { usePart } from "../ui/parts.ts";

/** Skytells has finished; the Worker stores the image. */
const SAVING = 100;

const WAITING = [createText.offline, createText.retrying, createText.signInAwaited, createText.unconfirmed];

type Props = { entry: FeedEntry; generation: Generation };

/** What happens with a generation in flight, for how long, and how long it is expected to take. */
export function PendingStatus({ entry, generation }: Props) {
  const { progress, createdAt, model } = generation;
  const expectedMs = usePart(durationsPart).expectedMs(model);
  const elapsedMs = useElapsed(createdAt);
  const step = useStep({ entry, generation });
  const { percent, isSlow } = estimateOf(progress, elapsedMs, expectedMs);
  // While it waits for the connection, a sign-in or Skytells' confirmation, nothing is known of its progress.
  const isWaiting = WAITING.includes(step);
  return (
    <div class="w-full">
      <p class="flex flex-wrap gap-x-2 text-sm text-muted nums">
        <span>{step}</span>
        <span>{createText.seconds(Math.floor(elapsedMs / 1_000))}</span>
        {!isWaiting && step !== createText.saving && <Expectation {...{ expectedMs, isSlow, progress }} />}
      </p>
      <div class="mt-2 flex h-1">
        {!isWaiting && percent !== null && (
          <progress class="progress" max={100} value={percent} aria-label={createText.processing} />
        )}
      </div>
    </div>
  );
}

function Expectation(props: { expectedMs: number | null; isSlow: boolean; progress: number | null }) {
  const { expectedMs, isSlow, progress } = props;
  if (isSlow) return <span>{createText.slow}</span>;
  if (expectedMs !== null) {
    return <span>{createText.about(createText.seconds(Math.max(1, Math.round(expectedMs / 1_000))))}</span>;
  }
  return progress !== null && progress > 0 ? <span>{createText.percent(progress)}</span> : null;
}

function useStep({ entry: { phase, error, id }, generation: { status, progress } }: Props): string {
  const outbox = usePart(outboxPart);
  const { limits } = usePart(sessionPart);
  if (phase === "sending") {
    if (!error) return createText.sending;
    if (error.code === "session_redirected") return createText.signInAwaited;
    return error.code === "network_error" ? createText.offline : createText.retrying;
  }
  if (status !== "queued") return progress === SAVING ? createText.saving : createText.processing;
  return phase === "unconfirmed" || isUnconfirmed(id, outbox, limits.value)
    ? createText.unconfirmed
    : createText.queued;
}
