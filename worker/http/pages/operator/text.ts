/** The text of the operator's page. */
export const operatorText = {
  title: "Operator",
  signIn: "Sign in first",
  signInWhy: "This page is for operators of this studio. Sign in, then open it again.",
  openStudio: "Open the studio",
  unread: "This part couldn't be read: the database didn't answer.",
  utc: "Times are in UTC.",

  alarms: "Alarms",
  noAlarms: "No alarms.",
  notWritable: "The database doesn't accept changes. New images can't be saved.",
  noWebhooks:
    "Webhooks from Skytells don't arrive: images of the last day were only found by checking. PUBLIC_URL must be an address that Skytells can reach.",
  accountRejected: (count: number) =>
    `Skytells refused the account ${times(count)} in this hour. Check the key, the account and its credit.`,

  pause: "Pause",
  running: "The studio accepts new images.",
  paused: "The studio is paused: new images are rejected.",
  pausedBySetting: "MAX_GENERATIONS_PER_DAY is -1: new images are rejected, whatever this switch says.",
  pauseDo: "Pause the studio",
  resumeDo: "Resume the studio",

  now: "Now",
  noneNow: "Nothing is being generated.",
  stuck: "Stuck",
  noneStuck: "Nothing is stuck.",
  recheck: "Check again",

  failures: "Failures",
  noFailures: "No failures in the last 7 days.",
  day: "Last 24 hours",
  week: "Last 7 days",

  webhooks: "Incoming webhooks",
  noWebhooksYet: "No webhooks in the last 24 hours.",
  refused: "Refused",
  noRefused: "None was refused.",
  verdicts: {
    accepted: "Accepted",
    duplicate: "Nothing new",
    bad_signature: "Wrong signature",
    malformed: "Not understood",
    too_large: "Too large",
    unknown: "Unknown prediction",
    wrong_job: "Of another generation",
    not_stored: "Not stored",
  } as Record<string, string>,

  usage: "Usage",
  noUsage: "No images yet.",
  images: "Images per day, last 30 days",
  chart: (total: number, most: number) => `Images in 30 days: ${total}. Most on one day: ${most}.`,
  cap: (cap: number) => (cap > 0 ? `Limit of the studio: ${cap} a day.` : "The studio has no daily limit."),
  asTable: "Show as a table",
  noSpend: "Spend isn't shown: Skytells' API has no prices.",

  users: "Users",
  search: "Address begins with",
  find: "Search",
  noUsers: "No user found.",
  more: "More users",
  you: "You",
  plan: { free: "Make Free", pro: "Make Pro" },
  suspend: "Suspend",
  restore: "Restore",
  operatorOn: "Make operator",
  operatorOff: "End operator",
  delete: "Delete…",
  confirm: "Type the address to delete the account with all images",
  deleteDo: "Delete account",
  state: { suspended: "Suspended", deleted: "Being deleted", operator: "Operator" },

  actions: "Actions",
  noActions: "No operator has done anything yet.",

  columns: {
    address: "Address",
    plan: "Plan",
    state: "State",
    model: "Model",
    count: "Images",
    oldest: "Oldest since",
    since: "Since",
    generation: "Generation",
    cause: "Cause",
    verdict: "Verdict",
    time: "Time",
    day: "Day",
    by: "Who",
    action: "Action",
    target: "What",
    change: "Change",
  },

  results: {
    plan: "The plan was changed.",
    suspend: "The user is suspended.",
    restore: "The user is restored.",
    operator: "The role was changed.",
    "delete-user": "The account is being deleted.",
    recheck: "Skytells was asked again.",
    pause: "The pause was changed.",
    not_found: "It doesn't exist any more.",
    invalid_request: "That wasn't accepted. Nothing was changed.",
    storage_unavailable: "The database didn't answer. Try again.",
  } as Record<string, string>,
  failed: "That failed. Nothing may have changed.",
};

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
