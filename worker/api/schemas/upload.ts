/** Response of `POST /api/uploads`. The body of the request is the image. */
import * as z from "zod";

export const upload = z.object({
  id: z.string(),
  width: z.int(),
  height: z.int(),
  /** The upload is deleted then, unless a generation uses it. */
  expiresAt: z.iso.datetime(),
});
export type Upload = z.infer<typeof upload>;

export const uploadResponse = z.object({ upload });
