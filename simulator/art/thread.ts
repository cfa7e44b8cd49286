import { parentPort } from "node:worker_threads";
import type { ImageRequest } from "../painter.ts";
import { encodePng } from "./png.ts";
import { compose } from "./compose.ts";

parentPort?.on("message", ({ requestId, ...request }: ImageRequest & { requestId: number }) => {
  try {
    const png = encodePng(request.width, request.height, compose(request));
    parentPort?.postMessage({ requestId, png }, [png.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ requestId, error: String(error) });
  }
});
