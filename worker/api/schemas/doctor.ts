/** Responses of `/api/admin/doctor`. */
import * as z from "zod";

export const doctorCheck = z.object({
  id: z.string(),
  ok: z.union([z.boolean(), z.literal("warning")]),
  what: z.string(),
  /** How to fix it. */
  fix: z.string().exactOptional(),
});
export type DoctorCheck = z.infer<typeof doctorCheck>;

export const doctorReport = z.object({ checks: z.array(doctorCheck) });
export type DoctorReport = z.infer<typeof doctorReport>;

/** A signed webhook about a prediction that does not exist. The operator's machine sends it, as Skytells would. */
export const selfTest = z.object({
  url: z.url(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type SelfTest = z.infer<typeof selfTest>;
