/**
 * Loaded into a script by `node --import`: sends its requests for the addresses of deployed Workers to LIVE_STUDIO, a
 * stand-in on loopback.
 */
const original = globalThis.fetch;
const live = process.env["LIVE_STUDIO"];

globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  return url.hostname.endsWith(".acme.workers.dev") && live !== undefined
    ? original(new URL(url.pathname + url.search, live), init)
    : original(input, init);
};
