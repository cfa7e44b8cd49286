import { useComputed, useSignal } from "@preact/signals";
import type { ExportParts } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Trouble } from "../api/result.ts";
import { account } from "../text/account.ts";
import { problems } from "../text/errors.ts";

/** Everything stored about the user, as downloads: each part is a zip file that the Worker streams. */
export function ExportSection({ api }: { api: Api }) {
  const pages = useSignal<ExportParts[]>([]);
  const isAsking = useSignal(false);
  const problem = useSignal<Trouble | null>(null);
  const parts = useComputed(() => pages.value.flatMap((page) => page.parts)).value;
  /** Where the next page begins; null where there is none. */
  const next = pages.value.length === 0 ? undefined : pages.value.at(-1)?.nextCursor;

  async function more() {
    if (isAsking.value) return;
    isAsking.value = true;
    const answer = await api.exportParts(next ?? null);
    problem.value = answer.ok ? null : answer.problem;
    if (answer.ok) pages.value = [...pages.value, answer.value];
    isAsking.value = false;
  }

  return (
    <section class="account-part">
      <h2>{account.export}</h2>
      <div class="account-choice">
        <p>{account.exportWhat}</p>
        {next === undefined && (
          <button type="button" class="button plain" aria-disabled={isAsking.value} onClick={more}>
            {isAsking.value ? account.loading : account.exportDo}
          </button>
        )}
      </div>
      <div role="status">
        {parts.length > 0 && (
          <ol class="account-parts" aria-label={account.exportParts}>
            {parts.map(({ part, from, url }) => (
              <li key={part}>
                <a class="link" href={url} download>
                  {account.exportPart(part, from)}
                </a>
              </li>
            ))}
          </ol>
        )}
        {problem.value && (
          <p class="account-problem">{problems[problem.value.code] ?? problems.bad_answer}</p>
        )}
      </div>
      {typeof next === "string" && (
        <button type="button" class="button plain" aria-disabled={isAsking.value} onClick={more}>
          {isAsking.value ? account.loading : account.exportMore}
        </button>
      )}
    </section>
  );
}
