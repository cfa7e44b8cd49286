/** What the Worker's code takes for granted, without the rest of its world: this project is about the DOM. */
import type * as workers from "@cloudflare/workers-types";

declare global {
  type D1Database = workers.D1Database;
  type D1PreparedStatement = workers.D1PreparedStatement;
}
