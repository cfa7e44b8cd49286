import type { SelfTest } from "../../api/schemas/doctor.ts";
import type { Settings } from "../../config/settings.ts";
import { signatureOf } from "../../skytells/webhook.ts";

/** A webhook as Skytells sends it, about a prediction that does not exist: accepting it changes nothing. */
export async function createSelfTest({ skytells }: Settings, origin: string): Promise<SelfTest> {
  const body = JSON.stringify({
    type: "prediction.started",
    created_at: new Date().toISOString(),
    data: { id: `doctor-${crypto.randomUUID()}`, status: "processing" },
  });
  const [key = ""] = skytells.webhookKeys;
  return {
    url: `${origin}/api/webhooks`,
    headers: { "content-type": "application/json", "x-skytells-signature": await signatureOf(key, body) },
    body,
  };
}
