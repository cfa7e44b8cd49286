/** The first release: the number of its migrations, and the statements that its Worker sent to D1. */
export const MIGRATIONS = 4;

const USER = `"id", "email", "plan", "created_at", "session_epoch", "suspended_at", "deleted_at"`;
const GENERATION = `"id", "user_id", "prompt", "prompt_folded", "model", "status", "output_url", "outputs", "options", "error",
  "favorite", "share_token", "share_prompt", "created_at", "completed_at"`;
const of = (table: string, columns: string) => columns.replaceAll(/"(\w+)"/g, `"${table}"."$1"`);

/** By what they do. Their parameters are in this order. */
export const STATEMENTS = {
  /** id, email, plan, created_at, session_epoch. */
  upsertUser: `insert into "users" (${USER}) values (?, ?, ?, ?, ?, null, null)
    on conflict ("users"."email") do update set "email" = excluded.email returning ${USER}`,
  /** day, id of the generation. */
  countDay: `insert into "days" ("day", "created")
    select ?, 1 where not exists (select 1 from "generations" where "generations"."id" = ?)
    on conflict ("days"."day") do update set "created" = "days"."created" + 1`,
  /** The columns without share_token; the columns of an update; user_id, and the statuses of a running generation. */
  insertGeneration: `insert into "generations" (${GENERATION}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?, ?, ?)
    on conflict ("generations"."id") do update
      set "status" = ?, "output_url" = ?, "outputs" = ?, "error" = ?, "completed_at" = ?
      where "generations"."user_id" = ? and "generations"."status" in (?, ?)
    returning ${GENERATION}`,
  /** status, output_url, outputs, error, completed_at, id, user_id. */
  updateGeneration: `update "generations"
    set "status" = ?, "output_url" = ?, "outputs" = ?, "error" = ?, "completed_at" = ?
    where (("generations"."id" = ? and "generations"."user_id" = ?) and true) returning ${GENERATION}`,
  /** favorite, id, user_id. */
  setFavorite: `update "generations" set "favorite" = ?
    where ("generations"."id" = ? and "generations"."user_id" = ?) returning ${GENERATION}`,
  /** token, share_prompt, id, user_id, status. */
  share: `update "generations" set "share_token" = coalesce("generations"."share_token", ?), "share_prompt" = ?
    where (("generations"."id" = ? and "generations"."user_id" = ?) and "generations"."status" = ?)
    returning ${GENERATION}`,
  /** day, api_url, slug, user id. */
  admission: `select ${of("users", USER)},
      coalesce((select "days"."created" from "days" where "days"."day" = ?), 0) as "created_today",
      "models"."api_url", "models"."slug", "models"."input_schema", "models"."fetched_at"
    from "users" left join "models" on ("models"."api_url" = ? and "models"."slug" = ?) where "users"."id" = ?`,
  /** token, status. */
  findShared: `select ${of("generations", GENERATION)}
    from "generations" inner join "users" on "users"."id" = "generations"."user_id"
    where ("generations"."share_token" = ? and "generations"."status" = ?
      and "users"."suspended_at" is null and "users"."deleted_at" is null)`,
  /** id, user_id. */
  remove: `delete from "generations" where ("generations"."id" = ? and "generations"."user_id" = ?)`,
} as const;
