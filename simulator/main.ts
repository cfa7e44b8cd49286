/** `npm run simulator`: the simulator with the options of the environment. */
import { optionsFromEnvironment } from "./options.ts";
import { startSimulator } from "./server.ts";

const simulator = await startSimulator(optionsFromEnvironment());
console.log(`simulator: ${simulator.url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}
