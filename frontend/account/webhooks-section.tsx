import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { WebhookEndpoint } from "../../worker/api/schemas/webhook-endpoint.ts";
import { MAX_ENDPOINTS } from "../../worker/shared/webhooks.ts";
import { errors } from "../text/errors.ts";
import { webhooksText } from "../text/webhooks.ts";
import { useAccountApi } from "./account-api.ts";
import { Row, RowButton, Section } from "./section.tsx";
import { WebhookDeliveries } from "./webhook-deliveries.tsx";
import { CreateWebhookDialog, RemoveDialog, RotateDialog } from "./webhook-dialogs.tsx";
import { createWebhooks, type Webhooks } from "./webhooks.ts";

/** Addresses of the user's servers that receive an event when an image has ended. */
export function WebhooksSection() {
  const api = useAccountApi();
  const webhooks = useMemo(() => createWebhooks(api), [api]);
  const dialog = useSignal<Asked | null>(null);
  const endpoints = webhooks.endpoints.value;
  const error = webhooks.error.value;
  const isBusy = webhooks.isBusy.value;
  const ask = (asked: Asked) => {
    webhooks.clearError();
    dialog.value = asked;
  };
  const close = () => {
    dialog.value = null;
    webhooks.hideSecret();
    webhooks.clearError();
  };
  return (
    <Section title={webhooksText.title}>
      <Row what={webhooksText.what}>
        {endpoints === null ? (
          <RowButton isBusy={isBusy} onClick={() => void webhooks.load()}>
            {isBusy ? webhooksText.loading : error ? webhooksText.tryAgain : webhooksText.show}
          </RowButton>
        ) : (
          endpoints.length < MAX_ENDPOINTS && (
            <RowButton onClick={() => ask("create")}>{webhooksText.create}</RowButton>
          )
        )}
      </Row>
      <a
        href="/developers#receive-webhooks"
        class="link inline-flex min-h-control items-center justify-self-start text-sm"
      >
        {webhooksText.developers}
      </a>
      {endpoints?.length === 0 && <p class="text-sm text-muted">{webhooksText.none}</p>}
      {endpoints && (
        <ul class="grid gap-4 empty:hidden" aria-label={webhooksText.list}>
          {endpoints.map((endpoint) => (
            <Endpoint key={endpoint.id} webhooks={webhooks} endpoint={endpoint} ask={ask} />
          ))}
        </ul>
      )}
      {endpoints && endpoints.length >= MAX_ENDPOINTS && (
        <p class="text-sm text-muted">{webhooksText.maximum(MAX_ENDPOINTS)}</p>
      )}
      {error && dialog.value === null && (
        <p role="alert" class="text-sm text-danger">
          {errors.sentence(error.code)}
        </p>
      )}
      {/* Also after a dialog was closed too early: the secret is shown once. */}
      {(dialog.value === "create" || webhooks.secret.value !== null) && (
        <CreateWebhookDialog webhooks={webhooks} onClose={close} />
      )}
      {typeof dialog.value === "object" && dialog.value?.rotate && webhooks.secret.value === null && (
        <RotateDialog webhooks={webhooks} endpoint={dialog.value.rotate} onClose={close} />
      )}
      {typeof dialog.value === "object" && dialog.value?.remove && (
        <RemoveDialog webhooks={webhooks} endpoint={dialog.value.remove} onClose={close} />
      )}
    </Section>
  );
}

/** The open dialog, and what it is about. */
type Asked = "create" | { rotate?: WebhookEndpoint; remove?: WebhookEndpoint };

type EndpointProps = { webhooks: Webhooks; endpoint: WebhookEndpoint; ask: (asked: Asked) => void };

function Endpoint({ webhooks, endpoint, ask }: EndpointProps) {
  const { id, url, enabled, disabledReason, needsRotation, previousSecretUntil, includePrompt } = endpoint;
  const isOpen = useSignal(false);
  const isBusy = webhooks.isBusy.value;
  const problem =
    disabledReason === "gone" || disabledReason === "failing"
      ? webhooksText.disabled[disabledReason]
      : needsRotation
        ? webhooksText.needsRotation
        : null;
  return (
    <li class="grid gap-3 border-line not-first:border-t not-first:pt-4">
      <div class="grid gap-0.5">
        <strong class="font-semibold">
          <bdi dir="ltr">{url}</bdi>
        </strong>
        {problem === null ? (
          <span class="text-sm text-muted">
            {enabled ? webhooksText.enabled : webhooksText.disabled.user}
            {previousSecretUntil !== null && ` · ${webhooksText.twoSecrets(previousSecretUntil)}`}
          </span>
        ) : (
          <span class="text-sm text-danger">{problem}</span>
        )}
      </div>
      <label class="flex min-h-control items-center gap-3 justify-self-start text-sm">
        <input
          type="checkbox"
          class="size-5 accent-accent"
          aria-disabled={isBusy}
          checked={includePrompt}
          onChange={async (event) => {
            const box = event.currentTarget;
            await webhooks.change(id, { includePrompt: box.checked });
            box.checked = webhooks.endpoints.value?.find((one) => one.id === id)?.includePrompt ?? false;
          }}
        />
        {webhooksText.includePrompt}
      </label>
      <div
        role="group"
        aria-label={webhooksText.actions(url)}
        class="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap"
      >
        {enabled && !needsRotation && (
          <RowButton
            isBusy={isBusy}
            onClick={() => {
              isOpen.value = true;
              void webhooks.test(id);
            }}
          >
            {webhooksText.test}
          </RowButton>
        )}
        <button
          type="button"
          class="button plain max-sm:w-full"
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value;
            if (isOpen.value) void webhooks.loadDeliveries(id);
          }}
        >
          {webhooksText.deliveries}
        </button>
        <RowButton onClick={() => ask({ rotate: endpoint })}>{webhooksText.rotate}</RowButton>
        <RowButton isBusy={isBusy} onClick={() => void webhooks.change(id, { enabled: !enabled })}>
          {enabled ? webhooksText.disable : webhooksText.enable}
        </RowButton>
        <RowButton isDanger onClick={() => ask({ remove: endpoint })}>
          {webhooksText.remove}
        </RowButton>
      </div>
      {isOpen.value && <WebhookDeliveries webhooks={webhooks} endpoint={endpoint} />}
    </li>
  );
}
