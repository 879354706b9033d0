import "./node-shims.ts";
import { createExternalExtensionProvider } from "@metamask/providers";
import type { ExternalProvider } from "./metamask-wallet.ts";

/** A module of its own, so that it is loaded only when it is needed, in pages of the extension. */
export function connectProvider(id: string): ExternalProvider {
  return createExternalExtensionProvider(id) as unknown as ExternalProvider;
}
