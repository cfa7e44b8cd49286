/** What a use case gets from its caller: a route, a page or an MCP tool. */
export type Deps = {
  env: Env;
  /** Where the studio is reached: Skytells calls back there, and links in an export start there. */
  origin: string;
  /** Keeps work alive after the response. */
  waitUntil: (work: Promise<unknown>) => void;
};
