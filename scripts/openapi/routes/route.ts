/** What the OpenAPI document says of a route. */
import type * as z from "zod";
import type { Scope } from "../../../worker/shared/api-keys.ts";
import type { ProblemCode } from "../../../worker/shared/error-codes.ts";

/** `session`: no API key will do. `admin`: the operator's token. `everyone`: no credential. */
export type Access = Scope | "session" | "admin" | "everyone";

export type Success = {
  status: number;
  description: string;
  /** JSON; without it `type`, or no body. */
  schema?: z.ZodType;
  type?: string;
};

export type ApiRoute = {
  method: "get" | "post" | "patch" | "delete";
  /** As the Worker writes it: `/api/presets/:id`. */
  path: string;
  tag: Tag;
  summary: string;
  description?: string;
  access: Access;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Of a body that is a file. */
  bodyTypes?: readonly string[];
  isIdempotencyKeyUsed?: true;
  success: Success;
  /** Errors of this route; those of its access, query and body are added. */
  errors?: readonly ProblemCode[];
};

export const TAGS = {
  Images: "Create images, follow them, and get the files.",
  Gallery: "List, find, change, share and delete images.",
  Collections: "Images under a name. An image can be in several.",
  Presets: "Saved prompts and settings.",
  Webhooks: "Tell your own server when an image has ended.",
  Account: "Who is signed in, API keys, export and deletion.",
  "Sign-in": "For browsers: sessions are cookies.",
  Operator: "For the person who runs the studio, with the token in the setting ADMIN_TOKEN.",
  Skytells: "Called by Skytells only.",
} as const;
export type Tag = keyof typeof TAGS;

export const created = (what: string, schema: z.ZodType): Success => ({
  status: 201,
  description: what,
  schema,
});
export const done = (what: string, schema: z.ZodType): Success => ({
  status: 200,
  description: what,
  schema,
});
export const NO_CONTENT: Success = { status: 204, description: "Done." };
export const image = (description: string): Success => ({ status: 200, description, type: "image/*" });
export const page = (description: string): Success => ({ status: 200, description, type: "text/html" });
