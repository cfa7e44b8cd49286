/** The messages of `/api/events`. */
import * as z from "zod";
import { generation } from "./generation.ts";
import { limits } from "./session.ts";

/** A push may be lost: after a reconnect, read the generations that are shown as in progress. */
export const studioEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), limits, inFlight: z.array(generation) }),
  z.object({
    type: z.literal("generation"),
    generation,
    /** The pending id that the generation had until now. */
    replaces: z.string().exactOptional(),
  }),
  z.object({ type: z.literal("limits"), limits }),
  z.object({ type: z.literal("deleted"), id: z.string() }),
]);
export type StudioEvent = z.infer<typeof studioEvent>;
