/** Route → page, and what lies over every page. */
import { type Route, routerPart } from "./browser/router.ts";
import { Composer } from "./create/composer.tsx";
import { formToolsModule as toolsModule } from "./create/form-tools-module.ts";
import { CreatePage } from "./create/create-page.tsx";
import { AppHeader } from "./shell/app-header.tsx";
import { ToastRegion } from "./shell/toast-region.tsx";
import { dialogsPart } from "./studio/dialogs.ts";
import { formAidsPart } from "./studio/generate/form-aids.ts";
import { toastsPart } from "./studio/toasts.ts";
import { sessionPart } from "./studio/session/session.ts";
import { commonText } from "./text/common.ts";
import { lazyModule } from "./ui/lazy.tsx";
import { useOptionalPart, usePart } from "./ui/parts.ts";

/** The chunks: one for everything after the first screen, one for each page, and one for the dialogs over them. */
export const deferredModule = lazyModule(() => import("./deferred.tsx"));
const galleryModule = lazyModule(() => import("./gallery/gallery-page.tsx"));
export const imageModule = lazyModule(() => import("./image/image-page.tsx"));
export const dialogsModule = lazyModule(() => import("./shell/dialogs.tsx"));
const accountModule = lazyModule(() => import("./account/account-page.tsx"));

const AccountMenu = deferredModule.component((module) => module.AccountMenu);
const FormDialog = toolsModule.component((module) => module.FormDialog);
const Feed = deferredModule.component((module) => module.Feed);
const OptionsPanel = toolsModule.component((module) => module.OptionsPanel);
const QueuePanel = toolsModule.component((module) => module.QueuePanel);
const FormChips = toolsModule.component((module) => module.FormChips);
const CompareDialog = imageModule.component((module) => module.CompareDialog);
const ShareDialog = imageModule.component((module) => module.ShareDialog);
const ShortcutsDialog = dialogsModule.component((module) => module.ShortcutsDialog);
const SignInDialog = dialogsModule.component((module) => module.SignInDialog);
const SlotIndicator = deferredModule.component((module) => module.SlotIndicator);
const ToastList = deferredModule.component((module) => module.ToastList);
const NotFoundPage = dialogsModule.component((module) => module.NotFoundPage);
const GalleryPage = galleryModule.component((module) => module.GalleryPage);
const CollectDialog = galleryModule.component((module) => module.CollectDialog);
const ImagePage = imageModule.component((module) => module.ImagePage);
const AccountPage = accountModule.component((module) => module.AccountPage);

/** Nothing while the deferred chunk loads; a failure is shown, and reloads the page once. */
const DeferredStatus = deferredModule.component(() => () => null);

/** Loads the chunks of a page at once, not only when it is rendered. */
export function preloadPage({ page, imageId }: Route): void {
  if (page === "gallery") void galleryModule.whenLoaded();
  if (page === "account") void accountModule.whenLoaded();
  if (imageId !== null) void imageModule.whenLoaded();
}

/** `onGenerate`: submits the form. */
export function App({ onGenerate }: { onGenerate: () => void }) {
  const { user } = usePart(sessionPart);
  const dialogs = usePart(dialogsPart);
  const { imageId, ...route } = usePart(routerPart).route.value;
  const page = dialogs.pinnedPage.value ?? route.page;
  const toasts = usePart(toastsPart);
  // The deferred parts are provided: what needs them can be rendered.
  const isReady = useOptionalPart(formAidsPart) !== undefined;
  // A signed-out user is asked to sign in by the page underneath.
  const isImageOpen = isReady && imageId !== null && user.value !== null;
  const compared = isReady && page === "gallery" ? dialogs.compare.value : null;
  const toastRegion = <ToastRegion>{isReady && toasts.all.value.length > 0 && <ToastList />}</ToastRegion>;
  return (
    <div class="flex min-h-dvh flex-col" data-page={page}>
      <a
        class="absolute start-2 top-2 z-skip-link rounded-md bg-raised px-4 py-3 shadow-pop not-focus:sr-only"
        href="#content"
      >
        {commonText.skip}
      </a>
      <AppHeader indicator={isReady && <SlotIndicator />} menu={isReady && <AccountMenu />} />
      {page === "create" && (
        <CreatePage
          onGenerate={onGenerate}
          composer={
            <Composer
              onGenerate={onGenerate}
              options={isReady && toolsModule.isLoaded() && <OptionsPanel />}
              chips={isReady && <FormChips />}
            />
          }
          queue={isReady && <QueuePanel />}
          feed={isReady && <Feed />}
        />
      )}
      {!isReady && page !== "create" && <DeferredStatus />}
      {isReady && page === "gallery" && <GalleryPage />}
      {isReady && page === "account" && <AccountPage />}
      {isReady && page === "not_found" && <NotFoundPage />}
      {compared && <CompareDialog ids={compared} toasts={!isImageOpen && toastRegion} />}
      {isImageOpen && <ImagePage key="image" id={imageId} toasts={toastRegion} />}
      {isReady && dialogs.share.value !== null && (
        <ShareDialog key={dialogs.share.value.id} {...dialogs.share.value} />
      )}
      {isReady && dialogs.form.value && <FormDialog />}
      {isReady && dialogs.collect.value && <CollectDialog ids={dialogs.collect.value} />}
      {isReady && dialogs.signIn.value && <SignInDialog />}
      {isReady && dialogs.shortcuts.value && <ShortcutsDialog />}
      {/* Nothing outside a modal dialog can be read or reached: an open image shows the toasts itself. */}
      {!isImageOpen && !compared && toastRegion}
      <p role="status" class="sr-only">
        {toasts.announcement}
      </p>
    </div>
  );
}
