/** Types that the imported Worker code uses. This TypeScript project has the DOM's types instead of the Worker's. */
import type * as workers from "@cloudflare/workers-types";

declare global {
  type D1Database = workers.D1Database;
  type D1PreparedStatement = workers.D1PreparedStatement;
}
