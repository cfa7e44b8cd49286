/** Serves a stored image: strong ETag, 304, Range, HEAD. Browsers must never render it as a page. */

export const SAFE_HEADERS = {
  "accept-ranges": "bytes",
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
};

/** Responds with the object at `key`, `headers` added; null if there is none. Throws if R2 does not respond. */
export async function serveObject(
  bucket: R2Bucket,
  key: string,
  request: Request,
  headers: Record<string, string>,
): Promise<Response | null> {
  const range = await usableRange(bucket, key, request.headers);
  if (range === "unsatisfiable") {
    const object = await bucket.head(key);
    return (
      object && new Response(null, { status: 416, headers: { "content-range": `bytes */${object.size}` } })
    );
  }
  const object = await bucket.get(key, { onlyIf: conditionsIn(request.headers), ...(range && { range }) });
  if (!object) return null;
  const response = new Headers({ ...SAFE_HEADERS, ...headers, etag: object.httpEtag });
  object.writeHttpMetadata(response);
  if (!("body" in object)) {
    // R2 reports that a condition failed, not which one.
    const status = request.headers.has("if-match") || request.headers.has("if-unmodified-since") ? 412 : 304;
    return new Response(null, { status, headers: response });
  }
  response.set("content-length", String(range ? range.length : object.size));
  if (range) {
    response.set("content-range", `bytes ${range.offset}-${range.offset + range.length - 1}/${object.size}`);
  }
  if (request.method === "HEAD") {
    await object.body.cancel();
    return new Response(null, { status: range ? 206 : 200, headers: response });
  }
  return new Response(object.body, { status: range ? 206 : 200, headers: response });
}

const ENTITY_TAGS = /^(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)$/;

/** The request's valid conditions. R2 throws on invalid ones, which HTTP says to ignore. */
function conditionsIn(headers: Headers): Headers {
  const conditions = new Headers();
  for (const name of ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]) {
    const value = headers.get(name)?.trim() ?? "";
    const isValid = name.endsWith("since") ? !Number.isNaN(Date.parse(value)) : ENTITY_TAGS.test(value);
    if (isValid) conditions.set(name, value);
  }
  return conditions;
}

type ByteRange = { offset: number; length: number };

const SINGLE_RANGE = /^bytes=(\d*)-(\d*)$/;

/**
 * The requested range, or null to send everything: no Range, several ranges, or an outdated If-Range. Needs a `head` of R2
 * only for requests with a Range.
 */
async function usableRange(
  bucket: R2Bucket,
  key: string,
  headers: Headers,
): Promise<ByteRange | "unsatisfiable" | null> {
  const match = SINGLE_RANGE.exec(headers.get("range")?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const object = await bucket.head(key);
  if (!object) return null;
  const ifRange = headers.get("if-range");
  if (ifRange !== null && ifRange !== object.httpEtag) return null;
  const [first, last] = [match[1] as string, match[2] as string];
  const from = first === "" ? Math.max(0, object.size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? object.size - 1 : Math.min(Number(last), object.size - 1);
  if (from >= object.size || (first === "" && Number(last) === 0)) return "unsatisfiable";
  return to < from ? null : { offset: from, length: to - from + 1 };
}
