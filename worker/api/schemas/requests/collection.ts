/** Requests about collections. */
import * as z from "zod";
import { name } from "./name.ts";

/** Body of `POST /api/collections` and `PATCH /api/collections/:id`. */
export const collectionBody = z.strictObject({ name });
