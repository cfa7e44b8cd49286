import { settingsOf } from "../../config/settings.ts";
import { DAY_MS } from "../../shared/time.ts";
import { originOf } from "../middleware/origin.ts";
import { newApp } from "../routing.ts";

/** The standard requires a date; the setting is valid until the next deploy. */
const VALID_MS = 180 * DAY_MS;

/** RFC 9116: where to report a vulnerability. */
export const securityContact = newApp().get("/", (c) => {
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
