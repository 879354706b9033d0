/**
 * The source address of the n-th connection, out of 127.0.0.0/8: many addresses, each with some tens of
 * connections, as visitors of a public server have them, so that limits per address can stay as shipped.
 */
export function toSourceAddress(index: number, perAddress: number): string {
  const host = Math.floor(index / perAddress);
  // Neither .0 nor .255 in the last place, and 127.0 is left to the servers.
  return `127.${1 + (Math.floor(host / (254 * 256)) % 254)}.${Math.floor(host / 254) % 256}.${1 + (host % 254)}`;
}
