import { version } from "../../../package.json";
import { newApp } from "../routing.ts";

export const health = newApp().get("/", (c) => c.json({ status: "ok", version }, 200));
