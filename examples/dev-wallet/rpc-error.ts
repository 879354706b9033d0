/** EIP-1193's and EIP-1474's errors: a number that programs read, a sentence that people do. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, sentence: string) {
    super(sentence);
    this.name = "RpcError";
    this.code = code;
  }
}

export const refused = () => new RpcError(4001, "The user rejected the request.");
export const unauthorized = () => new RpcError(4100, "This account was not shown to this site.");
export const invalid = (sentence: string) => new RpcError(-32_602, sentence);
