/** Responses about collections. */
import * as z from "zod";

export const collection = z.object({
  id: z.string(),
  name: z.string(),
  /** Its images. */
  count: z.int(),
  /** Path of a thumbnail of its newest image. */
  cover: z.string().exactOptional(),
  createdAt: z.iso.datetime(),
});
export type Collection = z.infer<typeof collection>;

/** Response of the routes about one collection. */
export const collectionResponse = z.object({ collection });
/** Response of `GET /api/collections`: all of them, newest first. */
export const collectionList = z.object({ collections: z.array(collection) });
