import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
      /** Not empty: the long forms. */
      TEST_ALL: string;
    }
  }
}

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
