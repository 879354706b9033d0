/** Who trades at the desk: the first accounts of the local chain, whose keys everybody knows. */
export interface Person {
  readonly name: "Alice" | "Bob";
  readonly account: string;
  /** Its place among the chain's accounts. */
  readonly index: number;
}

export const alice: Person = {
  name: "Alice",
  account: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  index: 0,
};

export const bob: Person = {
  name: "Bob",
  account: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  index: 1,
};

export const people: readonly Person[] = [alice, bob];
