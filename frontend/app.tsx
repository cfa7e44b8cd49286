import { Header } from "./shell/app-header.tsx";
import { lazy } from "./ui/lazy.tsx";
import { Toast } from "./ui/toast.tsx";
import { StudioPage } from "./create/create-page.tsx";
import type { Router } from "./browser/router.ts";
import type { Studio } from "./studio/studio.ts";
import { text } from "./text/common.ts";

const GalleryPage = lazy(() => import("./gallery/gallery-page.tsx").then((part) => part.GalleryPage));
export const PicturePage = lazy(() => import("./image/image-page.tsx").then((part) => part.PicturePage));
const AccountPage = lazy(() => import("./account/account-page.tsx").then((part) => part.AccountPage));
const MissingPage = lazy(() => import("./shell/not-found-page.tsx").then((part) => part.MissingPage));
const SignIn = lazy(() => import("./shell/sign-in-dialog.tsx").then((part) => part.SignIn));
const Shortcuts = lazy(() => import("./shell/shortcuts-dialog.tsx").then((part) => part.Shortcuts));
const ShareDialog = lazy(() => import("./image/share-dialog.tsx").then((part) => part.ShareDialog));

export type AppProps = { studio: Studio; router: Router };

export function App({ studio, router }: AppProps) {
  const { picture, ...route } = router.route.value;
  const page = studio.pinnedPage.value ?? route.page;
  const sharing = studio.sharing.value;
  // Whoever is not signed in is asked to by the page underneath.
  const viewing = picture !== null && studio.session.user.value !== null;
  const backstage = studio.backstage.value;
  return (
    <div class="studio" data-page={page}>
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <Header studio={studio} router={router} />
      {page === "studio" && <StudioPage studio={studio} />}
      {page === "gallery" && <GalleryPage studio={studio} router={router} />}
      {page === "account" && <AccountPage studio={studio} />}
      {page === "missing" && <MissingPage />}
      {viewing && <PicturePage studio={studio} router={router} id={picture} />}
      {sharing && <ShareDialog key={sharing.id} studio={studio} generation={sharing} />}
      {studio.signingIn.value && <SignIn studio={studio} />}
      {studio.helping.value && backstage && <Shortcuts studio={studio} shortcuts={backstage.shortcuts} />}
      {/* A picture is a modal dialog, outside of which nothing can be seen or read: it has its own. */}
      {!viewing && <Toast studio={studio} />}
      <p role="status" class="sr-only">
        {studio.announcement}
      </p>
    </div>
  );
}
