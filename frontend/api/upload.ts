/** `POST /api/uploads`, with its progress, which `fetch` does not tell. */
import type { Problem } from "../../worker/api/schemas/problem.ts";
import type { Upload } from "../../worker/api/schemas/upload.ts";
import type { ErrorCode, Result } from "./result.ts";

const TIMEOUT_MS = 120_000;

export function uploadImage(
  file: Blob,
  onProgress: (percent: number) => void,
  abort: AbortSignal,
): Promise<Result<{ upload: Upload }>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const fail = (code: ErrorCode) => resolve({ ok: false, error: { code, detail: "" } });
    request.open("POST", "/api/uploads");
    request.responseType = "json";
    request.timeout = TIMEOUT_MS;
    request.setRequestHeader("Content-Type", file.type);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? (100 * loaded) / total : 0);
    request.onload = () => {
      const body: unknown = request.response;
      if (request.status === 201 && body) return resolve({ ok: true, value: body as { upload: Upload } });
      fail((body as Partial<Problem> | null)?.code ?? "invalid_response");
    };
    request.onerror = () => fail("network_error");
    request.ontimeout = () => fail("network_error");
    request.onabort = () => fail("network_error");
    abort.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
