import { pathOf } from "../browser/router.ts";
import { signInText } from "../text/sign-in.ts";

export function NotFoundPage() {
  return (
    <main id="content" class="m-auto grid gap-4 p-8 text-center">
      <h1 class="text-lg font-semibold">{signInText.pageNotFound}</h1>
      <a class="link" href={pathOf("create")}>
        {signInText.backToStudio}
      </a>
    </main>
  );
}
