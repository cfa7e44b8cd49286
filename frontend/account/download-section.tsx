import { useSignal } from "@preact/signals";
import { hasFileMetadata, setFileMetadata } from "../browser/file-metadata.ts";
import { storePart } from "../browser/storage.ts";
import { accountText } from "../text/account.ts";
import { usePart } from "../ui/parts.ts";
import { Section } from "./section.tsx";

/** What downloaded files contain, in this browser. */
export function DownloadSection() {
  const store = usePart(storePart);
  const isOn = useSignal(hasFileMetadata(store));
  return (
    <Section title={accountText.downloads}>
      <div>
        <label class="switch min-h-control">
          {accountText.fileMetadata}
          <input
            type="checkbox"
            role="switch"
            aria-describedby="file-metadata-hint"
            checked={isOn.value}
            onChange={(event) => {
              isOn.value = event.currentTarget.checked;
              setFileMetadata(store, isOn.value);
            }}
          />
        </label>
        <p id="file-metadata-hint" class="text-sm text-muted">
          {accountText.fileMetadataHint}
        </p>
      </div>
    </Section>
  );
}
