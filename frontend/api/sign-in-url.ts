/** Where the browser goes to sign in; it comes back to this page. */
export function signInUrl({ pathname, search }: Pick<Location, "pathname" | "search">): string {
  return `/api/auth/login?return_to=${encodeURIComponent(pathname + search)}`;
}
