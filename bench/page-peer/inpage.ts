import "../../background/wallet/node-shims.ts";
import { WindowPostMessageStream } from "@metamask/post-message-stream";
import { initializeProvider } from "@metamask/providers";

// What a wallet puts into a page: MetaMask's own provider, as its extension starts it there.

type Connection = Parameters<typeof initializeProvider>[0]["connectionStream"];

initializeProvider({
  connectionStream: new WindowPostMessageStream({
    name: "bench-inpage",
    target: "bench-contentscript",
  }) as unknown as Connection,
  shouldShimWeb3: true,
  providerInfo: {
    uuid: "8e7d3a52-2c55-4f0e-9d6c-0b6c1f1d2a31",
    name: "Bench wallet",
    icon: "data:image/svg+xml,<svg/>",
    rdns: "example.bench",
  },
});
