/** D1 and R2 with a hook at each call that can fail it, delay it or hold it. */

export type StorageCall = {
  store: "d1" | "r2";
  /** D1: the statements, one after the other. R2: the method and the key or prefix. */
  what: string;
  /** What is bound to the statements; empty for R2. */
  values: unknown[];
};

/** Decides what becomes of a call; `run` carries it out. */
export type Intercept = <T>(call: StorageCall, run: () => Promise<T>) => Promise<T>;

type Statement = { inner: D1PreparedStatement; sql: string; values: unknown[] };

function interceptedDatabase(database: D1Database, intercept: Intercept): D1Database {
  const statements = new WeakMap<object, Statement>();

  function wrap(statement: Statement): D1PreparedStatement {
    const { inner, sql, values } = statement;
    const through = <T>(run: () => Promise<T>) => intercept({ store: "d1", what: sql, values }, run);
    const outer = {
      bind: (...bound: unknown[]) => wrap({ inner: inner.bind(...bound), sql, values: bound }),
      first: (...args: []) => through(() => inner.first(...args)),
      run: () => through(() => inner.run()),
      all: () => through(() => inner.all()),
      raw: (...args: []) => through(() => inner.raw(...args)),
    } as unknown as D1PreparedStatement;
    statements.set(outer, statement);
    return outer;
  }

  return {
    prepare: (sql: string) => wrap({ inner: database.prepare(sql), sql, values: [] }),
    batch: (batch: D1PreparedStatement[]) => {
      const known = batch.map((outer) => statements.get(outer) ?? { inner: outer, sql: "", values: [] });
      return intercept(
        {
          store: "d1",
          what: known.map(({ sql }) => sql).join("; "),
          values: known.flatMap(({ values }) => values),
        },
        () => database.batch(known.map(({ inner }) => inner)),
      );
    },
  } as unknown as D1Database;
}

const BUCKET_CALLS = new Set(["put", "get", "head", "delete", "list", "createMultipartUpload"]);

function targetOf(argument: unknown): string {
  if (typeof argument === "string") return argument;
  if (Array.isArray(argument)) return argument.join(" ");
  return typeof argument === "object" && argument !== null && "prefix" in argument
    ? String(argument.prefix)
    : "";
}

function interceptedBucket(bucket: R2Bucket, intercept: Intercept): R2Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (!BUCKET_CALLS.has(String(name))) return call;
      return (...args: unknown[]) =>
        intercept({ store: "r2", what: `${String(name)} ${targetOf(args[0])}`, values: [] }, () =>
          call(...args),
        );
    },
  });
}

/** The same environment, with `intercept` before its storage. */
export function interceptedEnv<E extends { DB: D1Database; OUTPUTS: R2Bucket }>(
  env: E,
  intercept: Intercept,
): E {
  return {
    ...env,
    DB: interceptedDatabase(env.DB, intercept),
    OUTPUTS: interceptedBucket(env.OUTPUTS, intercept),
  };
}
