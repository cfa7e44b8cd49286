import { app } from "./app.ts";

export { UserStudio } from "./studio/user-studio.ts";

export default app;
