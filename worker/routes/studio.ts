import type { UserStudio } from "../studio/user-studio.ts";

/** The object of this user. A fresh stub each time: one that saw its object fail stays broken. */
export function studioOf(env: Env, userId: string): DurableObjectStub<UserStudio> {
  return (env.STUDIO as DurableObjectNamespace<UserStudio>).getByName(userId);
}
