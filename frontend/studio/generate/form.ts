/** The form's Generate: checks the prompt, asks to sign in, and makes a request of what the form holds. */
import { countCodePoints, normalizePrompt, promptProblem } from "../../../worker/shared/prompt.ts";
import { withStyle } from "../../../worker/shared/styles.ts";
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import { createText } from "../../text/create.ts";
import { errors } from "../../text/errors.ts";
import type { Dialogs } from "../dialogs.ts";
import type { SessionState } from "../session/session.ts";
import type { Composer } from "./composer.ts";
import { restoreBody } from "./fill-form.ts";
import type { FormReference } from "./form-reference.ts";
import { MAX_QUEUED, type Outbox } from "./outbox.ts";

/** The second half of a double click comes within this. */
const SAME_CLICK_MS = 1_000;

export type FormDependencies = {
  composer: Composer;
  dialogs: Dialogs;
  outbox: Outbox;
  reference: FormReference;
  session: SessionState;
  now: () => number;
  /** Called when the user must sign in and a Generate continues afterwards. */
  rememberToResume: () => void;
  /** Sends the request, or queues it. */
  submit: (body: GenerateBody, count: number) => Promise<void>;
};

export function createForm(dependencies: FormDependencies) {
  const { composer, dialogs, outbox, reference, session, now } = dependencies;
  /** When the form was last submitted. */
  let submittedAt = Number.NEGATIVE_INFINITY;

  function askToSignIn(continues: boolean) {
    if (continues) dependencies.rememberToResume();
    dialogs.signIn.value = "generate";
    if (session.user.peek()) session.recheck();
  }

  /** Images that the day's allowance has left for this click: queued ones come first. */
  function leftToday(): number {
    const { limit = null, used = 0 } = session.limits.peek()?.today ?? {};
    const queued = outbox.queued.peek().reduce((sum, { body }) => sum + (body.count ?? 1), 0);
    return limit === null ? Number.POSITIVE_INFINITY : limit - used - queued;
  }

  return {
    async generate(): Promise<void> {
      const prompt = composer.prompt.peek();
      // The style's text counts. An empty prompt stays empty.
      const added = countCodePoints(withStyle("", composer.style.peek() ?? undefined));
      const maxLength = composer.maxPromptLength.peek() - added;
      const problem = promptProblem(prompt, maxLength);
      if (composer.isSubmitted.peek() && now() - submittedAt < SAME_CLICK_MS) return;
      composer.notice.value = null;
      if (problem) {
        composer.notice.value = errors.promptProblem(problem, prompt, maxLength);
        composer.focus.value = true;
        return;
      }
      if (session.session.peek() && !session.user.peek()) return askToSignIn(true);
      const count = composer.count.peek();
      if (outbox.queued.peek().length + count > MAX_QUEUED) {
        composer.notice.value = createText.queueFull;
        return;
      }
      const left = leftToday();
      if (left > 0 && left < count) {
        composer.notice.value = createText.tooMany(left);
        return;
      }
      const supported = composer.supported.peek();
      const image = (supported?.reference && reference.chosen.peek()?.body) || null;
      composer.notice.value = reference.problem(count);
      if (composer.notice.peek()) return;
      const model = composer.model.peek();
      const options = { ...composer.options.peek(), ...(image && { reference: image }) };
      const body = { prompt: normalizePrompt(prompt), model, ...options };
      composer.markSubmitted();
      // An upload serves one request.
      if (image && "upload" in image) reference.chosen.value = null;
      submittedAt = now();
      await dependencies.submit(body, count);
    },
    /** The session ended before this was sent. True: it is in the form again, and continues after the sign-in. */
    restore(body: GenerateBody): boolean {
      // A prompt that is being typed stays in the form.
      const isFree = composer.prompt.peek() === "" || composer.isSubmitted.peek();
      if (isFree) {
        restoreBody(composer, body);
        reference.chosen.value = body.reference ? { body: body.reference } : null;
      }
      askToSignIn(isFree);
      return isFree;
    },
  };
}

export type Form = ReturnType<typeof createForm>;
