/** What an API key may do, and how many a user can have. */

/** `read`: lists, images, events. `generate`: create and cancel. `manage`: change, share and delete. */
export const SCOPES = ["read", "generate", "manage"] as const;
export type Scope = (typeof SCOPES)[number];

export const MAX_API_KEYS = 50;
