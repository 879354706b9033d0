/** MetaMask's name for the stream of a provider; both ends of a port write it on each message. */
export const wireName = "metamask-provider";
export const pagePort = "page";

/** Between the two scripts in a page: what is for the wallet, and what comes from it. */
export const toWallet = "dev-wallet:ask";
export const fromWallet = "dev-wallet:say";
