/** Requests for the export of an account. */
import * as z from "zod";

/** Query of `GET /api/account/export`: a part, or the list of parts; `cursor` is from that list. */
export const exportQuery = z.strictObject({
  part: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, "is the number of a part, from 1")
    .transform(Number)
    .optional(),
  cursor: z.string().max(200).optional(),
});
