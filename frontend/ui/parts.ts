/**
 * Dependency injection for components: each names the parts that it uses (`usePart(sessionPart)`). The parts of the
 * deferred chunk are missing until it is loaded.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export type Part<T> = { readonly name: string; readonly type?: T };

export const definePart = <T>(name: string): Part<T> => ({ name });

export type Parts = ReadonlyMap<Part<unknown>, unknown>;

const PartsContext = createContext<Parts>(new Map());
export const PartsProvider = PartsContext.Provider;

/** One entry of `Parts`, with the type checked. */
export const provide = <T>(part: Part<T>, value: NoInfer<T>): [Part<unknown>, unknown] => [part, value];

/** undefined while the part is not loaded. */
export function useOptionalPart<T>(part: Part<T>): T | undefined {
  return useContext(PartsContext).get(part) as T | undefined;
}

/** Throws if the part is not provided: a bug in main.tsx or deferred.tsx. */
export function usePart<T>(part: Part<T>): T {
  const parts = useContext(PartsContext);
  if (!parts.has(part)) throw new Error(`The part "${part.name}" is not provided.`);
  return parts.get(part) as T;
}
