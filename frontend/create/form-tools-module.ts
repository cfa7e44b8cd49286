import { lazyModule } from "../ui/lazy.tsx";

/** Options, chips, queue and dialogs of the form, failures and the images of a batch: loaded when the deferred chunk has started. */
export const formToolsModule = lazyModule(() => import("./form-tools.tsx"));
