import { defineConfig } from "drizzle-kit";

// drizzle-kit only writes the SQL; wrangler applies it.
export default defineConfig({
  dialect: "sqlite",
  schema: "./worker/db/schema.ts",
  out: "./migrations",
});
