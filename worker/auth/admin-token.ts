/** The operator's token. */

const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

/** Whether an `Authorization` header has one of these tokens. Compares in constant time. */
export async function isAdmin(
  tokens: readonly string[],
  authorization: string | undefined,
): Promise<boolean> {
  const given = await digest(/^Bearer (\S+)$/i.exec(authorization?.trim() ?? "")?.[1] ?? "");
  const matches = await Promise.all(
    tokens.map(async (token) => crypto.subtle.timingSafeEqual(await digest(token), given)),
  );
  return matches.includes(true);
}
