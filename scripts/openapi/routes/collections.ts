import { collectionList, collectionResponse } from "../../../worker/api/schemas/collection.ts";
import { collectionBody } from "../../../worker/api/schemas/requests/collection.ts";
import { type ApiRoute, created, done, NO_CONTENT } from "./route.ts";

export const collectionRoutes: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/collections",
    tag: "Collections",
    summary: "List collections",
    access: "read",
    success: done("All collections, newest first.", collectionList),
    errors: ["rate_limited"],
  },
  {
    method: "post",
    path: "/api/collections",
    tag: "Collections",
    summary: "Create a collection",
    access: "manage",
    body: collectionBody,
    success: created("The collection.", collectionResponse),
    errors: ["maximum_reached", "rate_limited"],
  },
  {
    method: "patch",
    path: "/api/collections/:id",
    tag: "Collections",
    summary: "Rename a collection",
    access: "manage",
    body: collectionBody,
    success: done("The changed collection.", collectionResponse),
    errors: ["not_found", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/collections/:id",
    tag: "Collections",
    summary: "Delete a collection",
    description: "Its images stay.",
    access: "manage",
    success: NO_CONTENT,
    errors: ["not_found", "rate_limited"],
  },
];
