/** The dialogs of the webhooks: add one, show its secret, and ask before a rotation or a deletion. */
import { useSignal } from "@preact/signals";
import type { WebhookEndpoint } from "../../worker/api/schemas/webhook-endpoint.ts";
import { MAX_ENDPOINT_URL_LENGTH } from "../../worker/shared/webhooks.ts";
import { errors } from "../text/errors.ts";
import { webhooksText } from "../text/webhooks.ts";
import { Dialog } from "../ui/dialog.tsx";
import { NewSecret } from "./new-secret.tsx";
import { QuestionDialog } from "./question-dialog.tsx";
import type { Webhooks } from "./webhooks.ts";

type Props = { webhooks: Webhooks; onClose: () => void };

/** Asks for the address. Shows a secret instead, as long as there is one. */
export function CreateWebhookDialog({ webhooks, onClose }: Props) {
  const secret = webhooks.secret.value;
  return (
    <Dialog
      label={secret === null ? webhooksText.create : webhooksText.secret}
      class="modal"
      onClose={onClose}
    >
      {secret === null ? (
        <CreateForm webhooks={webhooks} onClose={onClose} />
      ) : (
        <NewSecret title={webhooksText.secret} secret={secret} onClose={onClose} />
      )}
    </Dialog>
  );
}

function CreateForm({ webhooks, onClose }: Props) {
  const url = useSignal("");
  const includePrompt = useSignal(false);
  const isBusy = webhooks.isBusy.value;
  const error = webhooks.error.value;
  return (
    <form
      class="grid gap-4"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        void webhooks.create({ url: url.value.trim(), includePrompt: includePrompt.value });
      }}
    >
      <h2 class="text-lg font-semibold">{webhooksText.create}</h2>
      <label class="grid gap-1 text-sm">
        {webhooksText.url}
        <input
          class="field"
          type="url"
          inputMode="url"
          dir="ltr"
          placeholder={webhooksText.urlExample}
          maxLength={MAX_ENDPOINT_URL_LENGTH}
          autocomplete="off"
          aria-describedby="webhook-url-hint"
          value={url.value}
          onInput={(event) => {
            url.value = event.currentTarget.value;
          }}
        />
        <span id="webhook-url-hint" class="text-muted">
          {webhooksText.urlHint}
        </span>
      </label>
      <label class="flex min-h-control items-center gap-3 text-sm">
        <input
          type="checkbox"
          class="size-5 accent-accent"
          checked={includePrompt.value}
          onChange={(event) => {
            includePrompt.value = event.currentTarget.checked;
          }}
        />
        {webhooksText.includePrompt}
      </label>
      <p role="alert" class="text-sm text-danger empty:hidden">
        {error && (error.code === "invalid_request" ? webhooksText.urlInvalid : errors.sentence(error.code))}
      </p>
      <div class="grid gap-2">
        <button type="submit" class="button filled" aria-disabled={isBusy}>
          {isBusy ? webhooksText.creating : webhooksText.createConfirmed}
        </button>
        <button type="button" class="button plain" onClick={onClose}>
          {webhooksText.cancel}
        </button>
      </div>
    </form>
  );
}

type QuestionProps = Props & { endpoint: WebhookEndpoint };

/** The new secret is shown as that of a new webhook is. */
export function RotateDialog({ webhooks, endpoint, onClose }: QuestionProps) {
  return (
    <Question
      webhooks={webhooks}
      title={webhooksText.rotateTitle}
      what={endpoint.needsRotation ? webhooksText.needsRotation : webhooksText.rotateWhat}
      url={endpoint.url}
      confirm={webhooksText.rotateConfirmed}
      onConfirm={() => void webhooks.rotate(endpoint.id)}
      onClose={onClose}
    />
  );
}

export function RemoveDialog({ webhooks, endpoint, onClose }: QuestionProps) {
  return (
    <Question
      webhooks={webhooks}
      title={webhooksText.removeTitle}
      what={webhooksText.removeWhat}
      url={endpoint.url}
      confirm={webhooksText.remove}
      isDanger
      onConfirm={async () => {
        if (await webhooks.remove(endpoint.id)) onClose();
      }}
      onClose={onClose}
    />
  );
}

type AskProps = Props & {
  title: string;
  what: string;
  url: string;
  confirm: string;
  isDanger?: boolean;
  onConfirm: () => void;
};

function Question({ webhooks, what, url, ...question }: AskProps) {
  const { error, isBusy } = webhooks;
  return (
    <QuestionDialog {...question} keep={webhooksText.keep} isBusy={isBusy.value} error={error.value}>
      <p>
        <bdi dir="ltr">{url}</bdi>
      </p>
      <p>{what}</p>
    </QuestionDialog>
  );
}
