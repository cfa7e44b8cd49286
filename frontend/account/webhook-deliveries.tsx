import type { WebhookDelivery, WebhookEndpoint } from "../../worker/api/schemas/webhook-endpoint.ts";
import { webhooksText } from "../text/webhooks.ts";
import { RowButton } from "./section.tsx";
import type { Webhooks } from "./webhooks.ts";

type Props = { webhooks: Webhooks; endpoint: WebhookEndpoint };

/** The last deliveries to an endpoint, newest first. */
export function WebhookDeliveries({ webhooks, endpoint: { id, enabled, url } }: Props) {
  const loaded = webhooks.deliveries.value[id];
  const isBusy = webhooks.isBusy.value;
  if (!loaded) {
    return isBusy ? (
      <p class="text-sm text-muted" role="status">
        {webhooksText.loading}
      </p>
    ) : (
      <div class="justify-self-start max-sm:w-full">
        <RowButton onClick={() => void webhooks.loadDeliveries(id)}>{webhooksText.tryAgain}</RowButton>
      </div>
    );
  }
  return (
    <div class="grid gap-3 border-s-2 border-line ps-4">
      {loaded.items.length === 0 && <p class="text-sm text-muted">{webhooksText.noDeliveries}</p>}
      <ul class="grid gap-3 empty:hidden" aria-label={`${webhooksText.deliveries}: ${url}`}>
        {loaded.items.map((delivery) => (
          <li key={delivery.id} class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <div class="grid min-w-48 flex-1 gap-0.5 text-sm">
              <span>
                {webhooksText.event(delivery.type)} ·{" "}
                <span class={delivery.status === "failed" ? "text-danger" : ""}>
                  {webhooksText.status[delivery.status]}
                </span>
              </span>
              <span class="text-muted">{factsOf(delivery).join(" · ")}</span>
            </div>
            {enabled && (
              <button
                type="button"
                class="button plain max-sm:w-full"
                aria-label={webhooksText.sendAgainNamed(
                  webhooksText.event(delivery.type),
                  delivery.createdAt,
                )}
                aria-disabled={isBusy}
                onClick={() => void webhooks.resend(id, delivery.id)}
              >
                {webhooksText.sendAgain}
              </button>
            )}
          </li>
        ))}
      </ul>
      <div class="flex flex-wrap gap-2">
        <RowButton isBusy={isBusy} onClick={() => void webhooks.loadDeliveries(id)}>
          {isBusy ? webhooksText.loading : webhooksText.refresh}
        </RowButton>
        {loaded.nextCursor !== null && (
          <RowButton isBusy={isBusy} onClick={() => void webhooks.loadMore(id)}>
            {webhooksText.more}
          </RowButton>
        )}
      </div>
    </div>
  );
}

function factsOf({
  status,
  attempts,
  createdAt,
  lastAttemptAt,
  nextAttemptAt,
  responseStatus,
  error,
}: WebhookDelivery): string[] {
  return [
    webhooksText.at(lastAttemptAt ?? createdAt),
    ...(attempts > 0 ? [webhooksText.attempts(attempts)] : []),
    ...(responseStatus === null ? [] : [webhooksText.response(responseStatus)]),
    ...(error === null || error === "status" ? [] : [webhooksText.error[error]]),
    ...(status === "pending" && nextAttemptAt !== null && attempts > 0
      ? [webhooksText.next(nextAttemptAt)]
      : []),
  ];
}
