/** Randomness, so that tests can know what comes. */
export interface Random {
  /** From 0 up to, but without, 1; for waits, not for secrets. */
  fraction(): number;
  /** A token for tags, branches and Call-IDs: 120 bits, letters and digits only. */
  token(): string;
}

export function createRandom(): Random {
  return {
    fraction: () => Math.random(),
    token: () => [...crypto.getRandomValues(new Uint8Array(15))].map(toHexByte).join(""),
  };
}

function toHexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
