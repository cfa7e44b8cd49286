/** `npm run --silent secret` prints a random secret, for SESSION_SECRET and ADMIN_TOKEN. */
import { createSecret } from "./dev-vars.ts";

console.log(createSecret());
