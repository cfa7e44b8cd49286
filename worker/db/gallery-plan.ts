/** Which index answers which filters of the gallery. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { MAX_COLLECTION_SCAN_ROWS, MAX_SCAN_ROWS } from "../config/limits.ts";
import { foldText } from "../shared/fold-text.ts";
import { seedIn } from "../shared/seed-search.ts";
import type { GenerationStatus } from "../shared/generations.ts";
import type { ModelId } from "../shared/models.ts";
import { collectionItems, generations } from "./schema.ts";

/** Filters combine; an absent one excludes nothing. Times are milliseconds since 1970. */
export type Filters = {
  /** Text of the prompt, or `seed:` and a number. */
  q?: string | undefined;
  model?: ModelId | undefined;
  status?: GenerationStatus | undefined;
  favorite?: boolean | undefined;
  shared?: boolean | undefined;
  /** Id of a collection. */
  collection?: string | undefined;
  /** `newest` first if absent. */
  sort?: "newest" | "oldest" | undefined;
  /** Inclusive. */
  from?: number | undefined;
  /** Exclusive. */
  to?: number | undefined;
};

export type QueryPlan = {
  /** The `from` clause for whole rows. */
  rows: SQL;
  /** The same for their positions, which are in the index. */
  positions: SQL;
  createdAt: SQL;
  id: SQL;
  /** Conditions that the index answers, except time. */
  byIndex: SQL | undefined;
  /** Conditions that are compared row by row. */
  byScan: SQL | undefined;
  maxScanRows: number;
};

/** SQLite's name for the index of the primary key. */
const ITEMS_KEY = "sqlite_autoindex_collection_items_1";

export function queryPlanOf(userId: string, filters: Filters): QueryPlan {
  const { collection, model } = filters;
  const seed = seedIn(filters.q ?? "");
  // Literals: SQLite uses a partial index only if the statement contains its condition.
  const isFavorite = sql`${generations.favorite} = 1`;
  const isShared = sql`${generations.shareToken} is not null`;
  const hasSeed = sql`json_valid(${generations.options}) and ${generations.options} ->> '$.seed' = ${seed}`;
  const conditions = {
    seed: seed === null ? undefined : hasSeed,
    favorite: filters.favorite === true ? isFavorite : undefined,
    shared: filters.shared === true ? isShared : undefined,
    model: model === undefined ? undefined : eq(generations.model, model),
    others: and(
      filters.favorite === false ? eq(generations.favorite, false) : undefined,
      filters.shared === false ? sql`${generations.shareToken} is null` : undefined,
      filters.status === undefined ? undefined : eq(generations.status, filters.status),
      filters.q === undefined || seed !== null ? undefined : hasText(filters.q),
    ),
  };
  if (collection !== undefined) {
    const isIn = eq(collectionItems.collectionId, collection);
    return itemsPlan(userId, isIn, and(...Object.values(conditions)));
  }
  const { seed: bySeed, favorite, shared, model: byModel, others } = conditions;
  const plan = (index: string, byIndex: SQL | undefined, ...rest: (SQL | undefined)[]) =>
    generationsPlan(userId, index, byIndex, and(...rest, others));
  if (bySeed) return plan("generations_by_seed", bySeed, favorite, shared, byModel);
  if (favorite) return plan("generations_by_favorite", favorite, shared, byModel);
  if (shared) return plan("generations_by_share", shared, byModel);
  if (byModel) return plan("generations_by_model", byModel);
  return plan("generations_by_user", undefined);
}

function generationsPlan(
  userId: string,
  index: string,
  byIndex: SQL | undefined,
  byScan: SQL | undefined,
): QueryPlan {
  // Without statistics SQLite would choose the index by time even where the filter's own index is better.
  const rows = sql.raw(`generations indexed by ${index}`);
  return {
    rows,
    positions: rows,
    createdAt: sql`${generations.createdAt}`,
    id: sql`${generations.id}`,
    byIndex: and(eq(generations.userId, userId), byIndex),
    byScan,
    maxScanRows: MAX_SCAN_ROWS,
  };
}

function itemsPlan(userId: string, isIn: SQL, byScan: SQL | undefined): QueryPlan {
  const positions = sql.raw(`collection_items indexed by ${ITEMS_KEY}`);
  return {
    rows: sql`${positions} cross join generations on ${eq(generations.id, collectionItems.generationId)}`,
    positions,
    createdAt: sql`${collectionItems.createdAt}`,
    id: sql`${collectionItems.generationId}`,
    byIndex: and(isIn, eq(collectionItems.userId, userId)),
    byScan,
    maxScanRows: MAX_COLLECTION_SCAN_ROWS,
  };
}

// Not LIKE or GLOB: D1 rejects patterns over 50 bytes.
const hasText = (q: string) =>
  sql`(${generations.promptFolded} is null or instr(${generations.promptFolded}, ${foldText(q)}) > 0)`;
