import type { Api } from "../api/client.ts";
import { definePart } from "../ui/parts.ts";

export const apiPart = definePart<Api>("api");
