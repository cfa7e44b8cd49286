import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach } from "vitest";
import { printLog } from "./support/console.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
      /** Of the simulator that this workerd has. */
      SIMULATOR_ADMIN: string;
      /** Where the receiver of webhooks is. */
      RECEIVER: string;
      /** Not empty: the long forms. */
      TEST_ALL: string;
    }
  }
}

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);

afterEach(({ task }) => {
  if (task.result?.state === "fail") printLog();
});
