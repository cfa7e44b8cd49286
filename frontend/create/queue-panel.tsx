import pencil from "lucide-static/icons/pencil.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { TroubleCode } from "../api/result.ts";
import type { Hold } from "../studio/submit.ts";
import type { Order } from "../studio/outbox.ts";
import type { Queue } from "../studio/queue.ts";
import type { Studio } from "../studio/studio.ts";
import { text } from "../text/common.ts";
import { making } from "../text/create.ts";
import { problems } from "../text/errors.ts";
import { Icon } from "../ui/icon.tsx";

/** What waits for a place: in sight, to be changed or dropped until it starts by itself. */
export function UpNext({ studio, queue }: { studio: Studio; queue: Queue }) {
  const waiting = studio.orders.waiting.value;
  return (
    <section class="up-next" aria-label={making.upNext}>
      <div class="flex flex-wrap items-center gap-x-2 text-sm">
        <h2 class="font-semibold">{making.upNext}</h2>
        <Reason studio={studio} queue={queue} />
      </div>
      <ol class="mt-1">
        {waiting.map((order) => (
          <Waiting key={order.key} studio={studio} queue={queue} order={order} />
        ))}
      </ol>
    </section>
  );
}

function Reason({ studio, queue }: { studio: Studio; queue: Queue }) {
  const hold = studio.maker.hold.value;
  const { session, user } = studio.session;
  if (!session.value) return <p class="text-muted">{making.startsWhenReached}</p>;
  if (!user.value) return <p class="text-muted">{making.startsAfterSignIn}</p>;
  if (!hold || hold.code === "limit_reached") return <p class="text-muted">{making.starts}</p>;
  return (
    <>
      <p class="text-muted">{hold.code === "asleep" ? making.asleep : sentenceOf(hold.code, hold)}</p>
      {/* Of a day that is used up, asking again gives nothing back. */}
      {hold.code !== "quota_exceeded" && (
        <button type="button" class="link" onClick={queue.goOn}>
          {hold.code === "asleep" ? making.startNow : making.tryNow}
        </button>
      )}
    </>
  );
}

function sentenceOf(code: TroubleCode, { until, isGuess }: Hold): string {
  const why = code === "budget_exhausted" && isGuess ? making.paused : problems[code];
  return `${why} ${(isGuess ? making.triesAt : making.startsAt)(until, Date.now())}`;
}

type WaitingProps = { studio: Studio; queue: Queue; order: Order };

function Waiting({ studio, queue, order }: WaitingProps) {
  const { body } = order;
  const model = text.model(body.model);
  return (
    <li class="waiting">
      <p class="min-w-0 flex-1">
        <span class="line-clamp-1 text-sm wrap-anywhere" dir="auto">
          {body.prompt}
        </span>
        <span class="text-xs text-muted">{body.aspectRatio ? `${model} · ${body.aspectRatio}` : model}</span>
      </p>
      {studio.session.session.value && <Changes studio={studio} queue={queue} order={order} />}
    </li>
  );
}

/** Not while the user is unknown: the queue is that of the browser's last user. */
function Changes({ studio, queue, order: { key, body } }: WaitingProps) {
  return (
    <>
      <button
        type="button"
        class="button round small quiet"
        aria-label={making.editWaiting(body.prompt)}
        title={making.editPrompt}
        onClick={() => queue.edit(key)}
      >
        <Icon svg={pencil} />
      </button>
      <button
        type="button"
        class="button round small quiet"
        aria-label={making.removeWaiting(body.prompt)}
        title={making.dismiss}
        onClick={() => {
          queue.remove(key);
          studio.composer.focus.value = true;
        }}
      >
        <Icon svg={x} />
      </button>
    </>
  );
}
