import { type ApiRoute } from "./route.ts";

export const skytellsRoutes: readonly ApiRoute[] = [
  {
    method: "post",
    path: "/api/webhooks",
    tag: "Skytells",
    summary: "Receive a webhook",
    description: "Signed by Skytells in the header x-skytells-signature.",
    access: "everyone",
    success: { status: 200, description: "It was applied, or it was not needed.", type: "application/json" },
    errors: [
      "invalid_request",
      "invalid_signature",
      "payload_too_large",
      "rate_limited",
      "storage_unavailable",
    ],
  },
];
