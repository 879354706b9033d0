export function ensureSystem(names: readonly string[]): void;
export function findProgram(name: "chromium" | "firefox" | "ip" | "kamailio" | "nft"): string | undefined;
