import { parentPort } from "node:worker_threads";
import type { Commission } from "../painter.ts";
import { encodePng } from "./png.ts";
import { compose } from "./compose.ts";

parentPort?.on("message", ({ ticket, ...order }: Commission & { ticket: number }) => {
  try {
    const png = encodePng(order.width, order.height, compose(order));
    parentPort?.postMessage({ ticket, png }, [png.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ ticket, error: String(error) });
  }
});
