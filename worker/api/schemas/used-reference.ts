import * as z from "zod";

/** The image that a generation was made from; also the stored form. */
export const usedReference = z.union([
  z.object({ upload: z.literal(true) }),
  z.object({ generation: z.string(), output: z.int().min(0) }),
]);
