/** Options of the simulator, from code or from the environment. */
export type SimulatorOptions = {
  /** 0 takes any free port. */
  port?: number | undefined;
  key?: string | undefined;
  /** Signs webhooks instead of the key (Skytells: "enterprise"). */
  webhookSecret?: string | undefined;
  /** Divides all durations, except the exact seconds of a mood. */
  speed?: number | undefined;
  outputTtlSeconds?: number | undefined;
  /** The same seed draws the same durations and moods. */
  seed?: number | undefined;
};

export type Settings = {
  port: number;
  key: string;
  webhookSecret: string | undefined;
  speed: number;
  outputTtlSeconds: number;
  seed: number;
};

export function withDefaults(options: SimulatorOptions): Settings {
  return {
    port: options.port ?? 8788,
    key: options.key ?? "sk-simulator",
    webhookSecret: options.webhookSecret || undefined,
    speed: options.speed ?? 1,
    outputTtlSeconds: options.outputTtlSeconds ?? 300,
    seed: options.seed ?? 1,
  };
}

function numberFrom(name: string, min: number): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < min) throw new Error(`${name} must be a number of at least ${min}.`);
  return value;
}

export function optionsFromEnvironment(): SimulatorOptions {
  return {
    port: numberFrom("SIMULATOR_PORT", 0),
    key: process.env["SIMULATOR_KEY"],
    webhookSecret: process.env["SIMULATOR_WEBHOOK_SECRET"],
    speed: numberFrom("SIMULATOR_SPEED", 0.001),
    outputTtlSeconds: numberFrom("SIMULATOR_OUTPUT_TTL_SECONDS", 0),
    seed: numberFrom("SIMULATOR_SEED", 0),
  };
}
