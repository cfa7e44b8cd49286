import { useSignal } from "@preact/signals";
import type { SignInMethod } from "../../worker/contract.ts";
import { signInUrl } from "../api/sign-in-url.ts";
import { signIn, stopSigningIn } from "../studio/sign-in.ts";
import type { Studio } from "../studio/studio.ts";
import { later } from "../text/sign-in.ts";
import { making } from "../text/create.ts";
import { problems } from "../text/errors.ts";
import { Dialog } from "../ui/dialog.tsx";

/** Asks who is here. Generate opens it, and goes on by itself afterwards. */
export function SignIn({ studio }: { studio: Studio }) {
  const goesOn = studio.signingIn.value === "generate";
  const title = goesOn ? later.signInTitle : later.signIn;
  const { session, problem } = studio.session;
  const methods = session.value?.signIn;
  return (
    <Dialog label={title} class="sheet" onClose={() => stopSigningIn(studio)}>
      {!methods ? (
        <>
          <h2 class="text-lg font-semibold">{title}</h2>
          <p role="status" class="mt-1 text-sm text-muted">
            {problem.value ? problems[problem.value.code] : later.signInWaits}
          </p>
          {problem.value && (
            <button type="button" class="button filled mt-5 w-full" onClick={() => void studio.wake()}>
              {making.tryAgain}
            </button>
          )}
        </>
      ) : methods.length === 0 ? (
        <Missing />
      ) : (
        <>
          <h2 class="text-lg font-semibold">{title}</h2>
          <p class="mt-1 text-sm text-muted">{goesOn ? later.signInGoesOn : later.signInWhy}</p>
          <div class="mt-5 grid gap-3">
            {methods.map((method) => (
              <Method key={method} method={method} studio={studio} />
            ))}
          </div>
        </>
      )}
      <button type="button" class="button quiet mt-3 w-full" onClick={() => stopSigningIn(studio)}>
        {later.close}
      </button>
    </Dialog>
  );
}

function Method({ method, studio }: { method: SignInMethod; studio: Studio }) {
  if (method === "dev") return <DevSignIn studio={studio} />;
  return (
    <a class="button filled w-full" href={signInUrl(location)}>
      {method === "oidc" ? later.signInOidc : later.signInAccess}
    </a>
  );
}

function DevSignIn({ studio }: { studio: Studio }) {
  const email = useSignal<string>(later.emailExample);
  const problem = useSignal<string | null>(null);
  const busy = useSignal(false);
  return (
    <form
      class="grid gap-3"
      onSubmit={async (event) => {
        event.preventDefault();
        if (busy.value) return;
        busy.value = true;
        const trouble = await signIn(studio, email.value.trim()).finally(() => {
          busy.value = false;
        });
        if (trouble) {
          problem.value = trouble.code === "invalid_request" ? later.emailInvalid : problems[trouble.code];
        }
      }}
    >
      <label class="grid gap-1 text-sm font-medium">
        {later.email}
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
      <button type="submit" class="button filled" aria-disabled={busy.value}>
        {later.signIn}
      </button>
      <p id="sign-in-note" class="text-sm text-muted">
        {later.signInDevNote}
      </p>
      {problem.value !== null && (
        <p role="alert" class="text-sm text-danger">
          {problem.value}
        </p>
      )}
    </form>
  );
}

function Missing() {
  return (
    <>
      <h2 class="text-lg font-semibold">{later.signInMissing}</h2>
      <p class="mt-1 text-sm text-muted">{later.signInMissingWhat}</p>
      <dl class="mt-4 grid gap-3 text-sm">
        {later.signInSettings.map(([name, what]) => (
          <div key={name}>
            <dt>
              <code class="rounded-sm bg-sunken px-1.5 py-0.5">{name}</code>
            </dt>
            <dd class="mt-0.5 text-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
