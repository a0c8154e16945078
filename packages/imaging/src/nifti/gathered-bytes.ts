const initialBytes = 1024;

/** Joins chunks in a buffer that doubles: to gather n bytes costs O(n), however small the chunks are. */
export class GatheredBytes {
  #buffer = new Uint8Array(initialBytes);
  #length = 0;

  /** All bytes so far; a view that the next `add` may invalidate. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }
}
