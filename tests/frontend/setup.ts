/** The files of a worker share one page and its modules: each test leaves them as a new page has them. */
import { cleanup } from "@testing-library/preact";
import { afterEach, vi } from "vitest";
import { offeredModels, unlistedModels } from "../../frontend/text/models.ts";
import { MODELS } from "../../worker/shared/models.ts";

// Runs after the hooks of the file.
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, "", "/");
  document.body.replaceChildren();
  offeredModels.value = MODELS;
  unlistedModels.value = [];
});
