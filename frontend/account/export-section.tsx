import { useComputed, useSignal } from "@preact/signals";
import type { ExportParts } from "../../worker/api/schemas/export.ts";
import type { ApiError } from "../api/result.ts";
import { accountText } from "../text/account.ts";
import { errors } from "../text/errors.ts";
import { useAccountApi } from "./account-api.ts";
import { Row, RowButton, Section } from "./section.tsx";

/** Everything stored about the user, as downloads: each part is a zip file that the Worker streams. */
export function ExportSection() {
  const api = useAccountApi();
  const pages = useSignal<ExportParts[]>([]);
  const isLoading = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const parts = useComputed(() => pages.value.flatMap((page) => page.parts)).value;
  /** Where the next page begins: undefined before the first one, null after the last one. */
  const next = pages.value.at(-1)?.nextCursor;

  async function loadMore() {
    if (isLoading.value) return;
    isLoading.value = true;
    try {
      const result = await api.exportParts(next ?? null);
      error.value = result.ok ? null : result.error;
      if (result.ok) pages.value = [...pages.value, result.value];
    } finally {
      isLoading.value = false;
    }
  }

  const button = (label: string) => (
    <RowButton isBusy={isLoading.value} onClick={() => void loadMore()}>
      {isLoading.value ? accountText.loading : label}
    </RowButton>
  );
  return (
    <Section title={accountText.export}>
      <Row what={accountText.exportDescription}>{next === undefined && button(accountText.exportShow)}</Row>
      <div role="status" class="-mt-4 not-empty:mt-0">
        {parts.length > 0 && (
          <ol class="grid text-sm sm:grid-cols-2" aria-label={accountText.exportParts}>
            {parts.map(({ part, from, url }) => (
              <li key={part}>
                <a class="link inline-flex min-h-control items-center" href={url} download>
                  {accountText.exportPart(part, from)}
                </a>
              </li>
            ))}
          </ol>
        )}
        {error.value && <p class="text-sm text-danger">{errors.sentence(error.value.code)}</p>}
      </div>
      {typeof next === "string" && button(accountText.exportMore)}
    </Section>
  );
}
