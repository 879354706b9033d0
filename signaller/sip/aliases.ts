/**
 * Plain names of this domain, each with the account (lower case) whose registrations it leads to. In a closed domain
 * a plain user is otherwise nobody: the operator gives these to services, such as `echo`.
 */
export type Aliases = ReadonlyMap<string, string>;

/** A name that cannot be taken for an account, a number or a name of the chain. */
const ALIAS = /^(?!0x)([a-z][\w-]{0,62})=(0x[0-9a-f]{40})$/i;

/**
 * Reads `NAME=0xACCOUNT`; `undefined` where it is something else.
 *
 * @example
 * readAlias("echo=0x70997970C51812dc3A010C7d01b50e0d17dc79C8") // ["echo", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"]
 */
export function readAlias(text: string): readonly [name: string, account: string] | undefined {
  const [, name, account] = ALIAS.exec(text) ?? [];
  return name === undefined || account === undefined ? undefined : [name, account.toLowerCase()];
}
