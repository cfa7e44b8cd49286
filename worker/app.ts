/** Middleware order, routes, and the response to errors. */
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { SettingsError, settingsOf } from "./config/settings.ts";
import { logError } from "./lib/log.ts";
import { allowedOrigins } from "./http/middleware/cors.ts";
import { requestLog } from "./http/middleware/request-log.ts";
import { securityHeaders } from "./http/middleware/security-headers.ts";
import { problemResponse } from "./api/problem.ts";
import { admin } from "./http/routes/operator/api.ts";
import { operatorPage } from "./http/routes/operator/page.ts";
import { account } from "./http/routes/account.ts";
import { auth } from "./http/routes/auth/auth.ts";
import { connectedApps } from "./http/routes/connected-apps.ts";
import { setup } from "./http/routes/operator/setup.ts";
import { doctor } from "./http/routes/operator/doctor.ts";
import { collections } from "./http/routes/collections.ts";
import { events } from "./http/routes/events.ts";
import { generate } from "./http/routes/generate.ts";
import { generations } from "./http/routes/generations.ts";
import { health } from "./http/routes/health.ts";
import { keys } from "./http/routes/keys.ts";
import { images } from "./http/routes/images.ts";
import { mcp } from "./http/routes/mcp.ts";
import { oauth, oauthDiscovery } from "./http/routes/oauth.ts";
import { pageOrNotFound } from "./http/pages/studio-page.ts";
import { problemPages } from "./http/pages/problem-page.tsx";
import { predictions } from "./http/routes/predictions.ts";
import { invite } from "./http/routes/auth/invitations.ts";
import { passkeys, passkeySignIn } from "./http/routes/auth/passkeys.ts";
import { presets } from "./http/routes/presets.ts";
import { references } from "./http/routes/references.ts";
import { session } from "./http/routes/session.ts";
import { securityContact } from "./http/routes/security-contact.ts";
import { share } from "./http/pages/share.tsx";
import { refusalOfError } from "./studio/refusal-of-error.ts";
import { uploads } from "./http/routes/uploads.ts";
import { webhookEndpoints } from "./http/routes/webhook-endpoints.ts";
import { webhooks } from "./http/routes/webhooks.ts";
import { newApp } from "./http/routing.ts";

export const app = newApp();

app.use(requestLog, securityHeaders, problemPages);
app.use(
  methodNotAllowed({
    app,
    onMethodNotAllowed: (_, methods) =>
      problemResponse(
        { code: "method_not_allowed", detail: "This URL does not support that method." },
        { allow: methods.join(", ") },
      ),
  }),
);
app.use("/api/*", async (c, next) => {
  // First: with wrong settings every route fails with the setting's name, instead of some routes with other errors.
  settingsOf(c.env);
  await next();
  if (!c.res.headers.get("cache-control")?.includes("no-store")) c.header("cache-control", "no-store");
});

app.use("/api/*", allowedOrigins);
app.use("/images/*", allowedOrigins);
app.use("/mcp/*", allowedOrigins);
app.use("/oauth/*", allowedOrigins);
app.use("/.well-known/*", allowedOrigins);

app
  .route("/api/health", health)
  .route("/api/session", session)
  .route("/api/auth", auth)
  .route("/api/auth", passkeySignIn)
  .route("/api/passkeys", passkeys)
  .route("/api/account", account)
  .route("/api/generate", generate)
  .route("/api/predictions", predictions)
  .route("/api/generations", generations)
  .route("/api/collections", collections)
  .route("/api/presets", presets)
  .route("/api/keys", keys)
  .route("/api/connected-apps", connectedApps)
  .route("/api/uploads", uploads)
  .route("/api/references", references)
  .route("/api/webhooks", webhooks)
  .route("/api/webhook-endpoints", webhookEndpoints)
  .route("/api/events", events)
  .route("/api/admin/doctor", doctor)
  .route("/api/admin", admin)
  .route("/admin/setup", setup)
  .route("/admin", operatorPage)
  .route("/images", images)
  .route("/mcp", mcp)
  .route("/oauth", oauth)
  .route("/.well-known", oauthDiscovery)
  .route("/invite", invite)
  .route("/s", share)
  .route("/.well-known/security.txt", securityContact);

app.notFound(pageOrNotFound);

app.onError((error) => {
  if (error instanceof SettingsError) {
    logError("settings_wrong", { reason: error.message });
    return problemResponse({
      code: "internal",
      detail: `The settings of this studio are wrong. ${error.message}`,
    });
  }
  if (error instanceof HTTPException && error.status < 500) {
    return problemResponse({ code: "invalid_request", detail: "The body is not JSON." });
  }
  return problemResponse(refusalOfError(error));
});
