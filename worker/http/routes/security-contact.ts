import { Hono } from "hono";
import { settingsOf } from "../../config/settings.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";

/** The standard wants a date before which to ask again; the setting holds until a deploy. */
const VALID_MS = 180 * 24 * 60 * 60 * 1000;

/** RFC 9116: where to tell of a hole. */
export const securityContact = new Hono<AppEnv>().get("/", (c) => {
  const { contact } = settingsOf(c.env);
  if (contact === null) return c.notFound();
  const lines = [
    `Contact: ${contact}`,
    `Expires: ${new Date(Date.now() + VALID_MS).toISOString()}`,
    `Canonical: ${originOf(c)}/.well-known/security.txt`,
    "Preferred-Languages: en",
  ];
  return c.text(`${lines.join("\n")}\n`, 200, { "cache-control": "no-cache" });
});
