/** WebAuthn, which happy-dom does not have. */
import { vi } from "vitest";

class FakeCredential {
  static parseCreationOptionsFromJSON = (options: object) => options;
  static parseRequestOptionsFromJSON = (options: object) => options;
  toJSON = () => ({ id: "a-credential" });
}

type Prompt = (options: { signal?: AbortSignal }) => Promise<unknown>;

/** What the browser's prompts return; by default the user confirms. */
export function stubAuthenticator() {
  const prompts = {
    create: vi.fn<Prompt>(async () => new FakeCredential()),
    get: vi.fn<Prompt>(async () => new FakeCredential()),
  };
  vi.stubGlobal("PublicKeyCredential", FakeCredential);
  vi.spyOn(navigator, "credentials", "get").mockReturnValue(prompts as unknown as CredentialsContainer);
  return prompts;
}

/** The user closed the prompt. */
export const canceled = () => Promise.reject(new DOMException("", "NotAllowedError"));
/** WebAuthn, 5.1.3: the authenticator has one of the excluded passkeys. */
export const known = () => Promise.reject(new DOMException("", "InvalidStateError"));
