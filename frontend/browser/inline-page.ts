/** The first page of the gallery, which the Worker writes into the document of /gallery so that no request is needed. */
import type { Generation, GenerationPage } from "../../worker/api/schemas/generation.ts";

const ELEMENT_ID = "gallery-start";

/** Removes the page from the document and returns it; null without one, or if it cannot be read. */
export function takeInlinePage(): GenerationPage | null {
  const page = readInlinePage();
  document.getElementById(ELEMENT_ID)?.remove();
  return page;
}

/** Leaves it in the document. */
export function readInlinePage(): GenerationPage | null {
  const element = document.getElementById(ELEMENT_ID);
  try {
    const page: unknown = JSON.parse(element?.textContent || "null");
    return isPage(page) ? page : null;
  } catch {
    return null;
  }
}

function isPage(value: unknown): value is GenerationPage {
  const { items, nextCursor } = (value ?? {}) as Partial<GenerationPage>;
  const isCursor = nextCursor === null || typeof nextCursor === "string";
  return isCursor && Array.isArray(items) && items.every(isGeneration);
}

function isGeneration(value: unknown): value is Generation {
  const { id, prompt, status, createdAt, outputs, options } = (value ?? {}) as Partial<Generation>;
  const isText = [id, prompt, status, createdAt].every((text) => typeof text === "string");
  return isText && Array.isArray(outputs) && typeof options === "object" && options !== null;
}
