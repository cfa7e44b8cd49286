/** Middleware order, routes, and the response to errors. */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { SettingsError, settingsOf } from "./env.ts";
import { logError, reasonOf, stackOf } from "./log.ts";
import type { AppEnv } from "./middleware/app-env.ts";
import { allowedOrigins } from "./middleware/cors.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { problemResponse, StorageUnavailable } from "./problem.ts";
import { admin } from "./routes/admin.ts";
import { account } from "./routes/account.ts";
import { auth } from "./routes/auth.ts";
import { events } from "./routes/events.ts";
import { generate } from "./routes/generate.ts";
import { generations } from "./routes/generations.ts";
import { health } from "./routes/health.ts";
import { images } from "./routes/images.ts";
import { pageOrNotFound } from "./routes/page.ts";
import { problemPages } from "./routes/problem-page.tsx";
import { predictions } from "./routes/predictions.ts";
import { session } from "./routes/session.ts";
import { securityContact } from "./routes/security-contact.ts";
import { share } from "./routes/share.tsx";
import { isTransientObjectError } from "./routes/studio.ts";
import { webhooks } from "./routes/webhooks.ts";

export const app = new Hono<AppEnv>();

app.use(requestLog, securityHeaders, problemPages);
app.use(
  methodNotAllowed({
    app,
    onMethodNotAllowed: (_, methods) =>
      problemResponse(
        { code: "method_not_allowed", detail: "This address does not take that method." },
        { allow: methods.join(", ") },
      ),
  }),
);
app.use("/api/*", async (c, next) => {
  // Before anything else: a studio that is set up wrongly says so instead of half working.
  settingsOf(c.env);
  await next();
  if (!c.res.headers.get("cache-control")?.includes("no-store")) c.header("cache-control", "no-store");
});

app.use("/api/*", allowedOrigins);
app.use("/images/*", allowedOrigins);

app
  .route("/api/health", health)
  .route("/api/session", session)
  .route("/api/auth", auth)
  .route("/api/account", account)
  .route("/api/generate", generate)
  .route("/api/predictions", predictions)
  .route("/api/generations", generations)
  .route("/api/webhooks", webhooks)
  .route("/api/events", events)
  .route("/api/admin", admin)
  .route("/images", images)
  .route("/s", share)
  .route("/.well-known/security.txt", securityContact);

app.notFound(pageOrNotFound);

app.onError((error) => {
  if (error instanceof SettingsError) {
    logError("settings_wrong", { reason: error.message });
    return problemResponse({ code: "internal", detail: `This studio is not set up right. ${error.message}` });
  }
  if (error instanceof HTTPException && error.status < 500) {
    return problemResponse({ code: "invalid_request", detail: "The body is not JSON." });
  }
  if (error instanceof StorageUnavailable || isTransientObjectError(error)) {
    logError("storage_unavailable", { reason: reasonOf(error) });
    return problemResponse({
      code: "storage_unavailable",
      detail: "The studio cannot reach its storage right now.",
      retryAfterSeconds: 5,
    });
  }
  logError("unexpected_error", { reason: reasonOf(error), stack: stackOf(error) });
  return problemResponse({ code: "internal", detail: "Something went wrong in the studio." });
});
