const SMALLEST = 256;

/**
 * Bytes that arrive in pieces. Its memory grows with what has come and never with what was announced: a header
 * that promises 64 KB costs nothing until they are there; and each byte is copied at most twice or so, however
 * small the pieces are.
 */
export class GatheredBytes {
  size = 0;
  #memory: Buffer;

  constructor(piece: Buffer) {
    this.#memory = Buffer.allocUnsafeSlow(Math.max(SMALLEST, piece.length));
    this.add(piece);
  }

  add(piece: Buffer): void {
    const size = this.size + piece.length;
    if (size > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#memory.length));
      larger.set(this.bytes());
      this.#memory = larger;
    }
    this.#memory.set(piece, this.size);
    this.size = size;
  }

  /** What has come so far, as a view. */
  bytes(): Buffer {
    return this.#memory.subarray(0, this.size);
  }
}
