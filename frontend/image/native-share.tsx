import { useSignal } from "@preact/signals";
import imageIcon from "lucide-static/icons/image.svg?raw";
import shareIcon from "lucide-static/icons/share.svg?raw";
import { useEffect } from "preact/hooks";
import type { Output } from "../../worker/api/schemas/generation.ts";
import { fileNameOf } from "../../worker/shared/file-name.ts";
import { imageText } from "../text/image.ts";
import { Icon } from "../ui/icon.tsx";

type Props = {
  id: string;
  /** The image to share, and its index in the generation. */
  output: Output | undefined;
  outputIndex: number;
  url: string | null;
  /** null unless the link shows it: nothing that leaves through the share sheet may contain a hidden prompt. */
  prompt: string | null;
};

/** Opens the device's share sheet, where the browser has one. */
export function NativeShare({ id, output, outputIndex, url, prompt }: Props) {
  const image = useSignal<Blob | null>(null);
  const fileOf = (blob: Blob) =>
    new File([blob], fileNameOf({ id, prompt }, outputIndex, blob.type), { type: blob.type });
  const imageUrl = output?.url;
  useEffect(() => {
    // The share sheet opens only right after a click, so the image is fetched before.
    if (!("canShare" in navigator) || imageUrl === undefined) return;
    const ending = new AbortController();
    void fetchImage(imageUrl, ending.signal).then((blob) => {
      if (blob && navigator.canShare({ files: [fileOf(blob)] })) image.value = blob;
    });
    return () => ending.abort();
  }, [imageUrl]);
  if (!("share" in navigator)) return null;
  const { value: blob } = image;
  const title = prompt === null ? {} : { title: prompt };
  return (
    <div class="mt-2 grid gap-2">
      {url !== null && (
        <button type="button" class="button plain" onClick={() => void share({ url, ...title })}>
          <Icon svg={shareIcon} />
          {imageText.shareLink}
        </button>
      )}
      {blob && (
        <button type="button" class="button plain" onClick={() => void share({ files: [fileOf(blob)] })}>
          <Icon svg={imageIcon} />
          {imageText.shareImage}
        </button>
      )}
    </div>
  );
}

async function fetchImage(url: string, signal: AbortSignal): Promise<Blob | null> {
  try {
    const response = await fetch(url, { signal });
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}

async function share(data: ShareData): Promise<void> {
  try {
    await navigator.share(data);
  } catch {
    // The user closed the sheet, or there is no app to share with: the browser shows that itself.
  }
}
