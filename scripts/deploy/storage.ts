/** The wrangler commands that create a studio's missing database and bucket where the operator chose. */
import { type Choice, JURISDICTIONS, type Result, type StudioConfig } from "./studio-config.ts";

/** Whether a wrangler command such as `d1 info NAME` succeeds. */
type Exists = (...command: string[]) => boolean;

export type StoragePlan = { commands: string[][]; notes: string[] };

/** Neither the location nor the jurisdiction of a database or bucket can be changed later. */
export function planStorage(config: StudioConfig, choice: Choice, exists: Exists): Result<StoragePlan> {
  const jurisdiction =
    choice.jurisdiction ?? config.r2_buckets?.find((one) => one.jurisdiction)?.jurisdiction;
  const placement = jurisdiction
    ? ["--jurisdiction", jurisdiction]
    : choice.location
      ? ["--location", choice.location]
      : [];
  const isChosen = choice.location !== undefined || choice.jurisdiction !== undefined;
  const plan: StoragePlan = { commands: [], notes: [] };
  for (const { database_name: name } of config.d1_databases ?? []) {
    if (!name) continue;
    if (!exists("d1", "info", name)) plan.commands.push(["d1", "create", name, ...placement]);
    else if (isChosen)
      plan.notes.push(`The database ${name} exists: ${placement.join(" ")} does not move it.`);
  }
  const hasBucket = (name: string, where: string | undefined) =>
    exists("r2", "bucket", "info", name, ...(where === undefined ? [] : ["--jurisdiction", where]));
  for (const { bucket_name: name } of config.r2_buckets ?? []) {
    if (typeof name !== "string") continue;
    if (hasBucket(name, jurisdiction)) {
      if (choice.location !== undefined)
        plan.notes.push(`The bucket ${name} exists: --location does not move it.`);
      continue;
    }
    // Each jurisdiction has its own bucket names: without this check a second, empty bucket would be created.
    const others = [undefined, ...JURISDICTIONS].filter((one) => one !== jurisdiction);
    const index = others.findIndex((one) => hasBucket(name, one));
    if (index >= 0) return { error: existsElsewhere(name, others[index]) };
    plan.commands.push(["r2", "bucket", "create", name, ...placement]);
  }
  return { value: plan };
}

/** What to write, so that later deploys and `npm run repair` find the bucket. */
export function jurisdictionSetting(jurisdiction: string): string {
  return `Write in wrangler.toml, under [[r2_buckets]]: jurisdiction = "${jurisdiction}"`;
}

function existsElsewhere(name: string, jurisdiction: string | undefined): string {
  return jurisdiction === undefined
    ? `The bucket ${name} exists without a jurisdiction and cannot be moved. Deploy without one.`
    : `The bucket ${name} exists in the jurisdiction ${jurisdiction}. ${jurisdictionSetting(jurisdiction)}`;
}
