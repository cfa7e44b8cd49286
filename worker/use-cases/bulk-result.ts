import type { BulkResult } from "../api/schemas/generation.ts";

/** `done` are the user's generations among `ids`. */
export function bulkResultOf(ids: string[], done: string[]): BulkResult {
  const own = new Set(done);
  return { done: ids.filter((id) => own.has(id)), missing: ids.filter((id) => !own.has(id)), failed: [] };
}
