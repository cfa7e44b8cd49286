import type { DoctorCheck } from "../../api/schemas/doctor.ts";

/** The result of one check. */
export type Finding = Omit<DoctorCheck, "id">;
