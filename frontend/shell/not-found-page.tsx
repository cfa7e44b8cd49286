import { later } from "../text/sign-in.ts";

/** An address that the studio does not have. */
export function MissingPage() {
  return (
    <main id="content" class="m-auto grid gap-4 p-8 text-center">
      <h1 class="text-lg font-semibold">{later.pageMissing}</h1>
      <a class="link" href="/">
        {later.toStudio}
      </a>
    </main>
  );
}
