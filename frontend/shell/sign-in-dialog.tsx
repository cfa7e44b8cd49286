import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { SignInMethod } from "../../worker/api/schemas/session.ts";
import { signInUrl } from "../api/sign-in-url.ts";
import { canSignInWithPasskey, type PasskeyFailure, signInWithPasskey } from "./passkey-sign-in.ts";
import { apiPart } from "../studio/api-part.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { sessionPart } from "../studio/session/session.ts";
import { signInPart } from "../studio/session/sign-in.ts";
import { createText } from "../text/create.ts";
import { errors } from "../text/errors.ts";
import { menuText } from "../text/menu.ts";
import { signInText } from "../text/sign-in.ts";
import { Dialog } from "../ui/dialog.tsx";
import { usePart } from "../ui/parts.ts";

/** Opened by Generate, which continues after the sign-in, or by the account menu. */
export function SignInDialog() {
  const { session } = usePart(sessionPart);
  const { cancel } = usePart(signInPart);
  const isForGenerate = usePart(dialogsPart).signIn.value === "generate";
  const title = isForGenerate ? signInText.titleGenerate : menuText.signIn;
  const methods = session.value?.signIn;
  return (
    <Dialog label={title} class="modal" onClose={cancel}>
      {!methods ? (
        <Waiting title={title} />
      ) : methods.length === 0 ? (
        <NotSetUp />
      ) : (
        <>
          <h2 class="text-lg font-semibold">{title}</h2>
          <p class="mt-1 text-sm text-muted">{isForGenerate ? signInText.whyGenerate : signInText.why}</p>
          <div class="mt-4 grid gap-3">
            {methods.map((method) => (
              <Method key={method} method={method} />
            ))}
          </div>
        </>
      )}
      <button type="button" class="button quiet mt-3 w-full" onClick={cancel}>
        {signInText.close}
      </button>
    </Dialog>
  );
}

/** The Worker has not told yet how to sign in. */
function Waiting({ title }: { title: string }) {
  const { error, load } = usePart(sessionPart);
  return (
    <>
      <h2 class="text-lg font-semibold">{title}</h2>
      <p role="status" class="mt-1 text-sm text-muted">
        {error.value ? errors.sentence(error.value.code) : signInText.loading}
      </p>
      {error.value && (
        <button type="button" class="button filled mt-4 w-full" onClick={() => void load()}>
          {createText.tryAgain}
        </button>
      )}
    </>
  );
}

function Method({ method }: { method: SignInMethod }) {
  if (method === "dev") return <DevSignIn />;
  if (method === "passkey")
    return canSignInWithPasskey() ? <PasskeySignIn /> : <p>{signInText.noPasskeys}</p>;
  return (
    <a class="button filled w-full" href={signInUrl(location)}>
      {method === "oidc" ? signInText.withOidc : signInText.withAccess}
    </a>
  );
}

function PasskeySignIn() {
  const api = usePart(apiPart);
  const dialogs = usePart(dialogsPart);
  const { load } = usePart(sessionPart);
  const problem = useSignal("");
  const isBusy = useSignal(false);
  const closed = useMemo(() => new AbortController(), []);
  // The prompt of a closed dialog must not sign in later.
  useEffect(() => () => closed.abort(), []);

  async function submit() {
    if (isBusy.value) return;
    isBusy.value = true;
    problem.value = "";
    try {
      const failure = await signInWithPasskey(api, closed.signal);
      if (failure === null) {
        await load();
        dialogs.signIn.value = null;
      } else problem.value = sentenceOf(failure);
    } finally {
      isBusy.value = false;
    }
  }

  return (
    <div class="grid gap-1">
      <button
        type="button"
        class="button filled w-full"
        aria-disabled={isBusy.value}
        onClick={() => void submit()}
      >
        {signInText.withPasskey}
      </button>
      <p role="alert" class="text-sm text-danger empty:hidden">
        {problem.value}
      </p>
    </div>
  );
}

function sentenceOf(failure: PasskeyFailure): string {
  if (typeof failure === "string") return signInText.passkeyCanceled;
  return failure.code === "unauthenticated" ? signInText.passkeyRefused : errors.sentence(failure.code);
}

function DevSignIn() {
  const { signInDev } = usePart(signInPart);
  const email = useSignal<string>(signInText.emailExample);
  const problem = useSignal<string | null>(null);
  const isSending = useSignal(false);

  async function submit() {
    if (isSending.value) return;
    isSending.value = true;
    try {
      const error = await signInDev(email.value.trim());
      if (error) {
        problem.value =
          error.code === "invalid_request" ? signInText.emailInvalid : errors.sentence(error.code);
      }
    } finally {
      isSending.value = false;
    }
  }

  return (
    <form
      class="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label class="grid gap-1 text-sm font-medium">
        {signInText.email}
        <input
          class="field"
          type="email"
          name="email"
          required
          autocomplete="email"
          aria-describedby="sign-in-note"
          value={email.value}
          // So that typing replaces the example.
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => {
            email.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="button filled" aria-disabled={isSending.value}>
        {menuText.signIn}
      </button>
      <p id="sign-in-note" class="text-sm text-muted">
        {signInText.devNote}
      </p>
      {problem.value !== null && (
        <p role="alert" class="text-sm text-danger">
          {problem.value}
        </p>
      )}
    </form>
  );
}

/** For the owner of a new studio: which settings turn sign-in on. */
function NotSetUp() {
  return (
    <>
      <h2 class="text-lg font-semibold">{signInText.notSetUp}</h2>
      <p class="mt-1 text-sm text-muted">{signInText.notSetUpWhat}</p>
      <dl class="mt-4 grid gap-3 text-sm">
        {signInText.settings.map(([name, what]) => (
          <div key={name}>
            <dt>
              <code class="rounded-sm bg-sunken px-1">{name}</code>
            </dt>
            <dd class="mt-1 text-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
