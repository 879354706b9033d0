export function ensureSystem(names: readonly string[]): void;
export function findProgram(name: "chromium" | "kamailio"): string | undefined;
