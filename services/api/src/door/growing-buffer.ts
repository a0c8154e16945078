/** Bytes gathered from pieces of any size, in at most twice their memory: a piece of its own costs some hundred bytes, and a sender may send one for each byte. */
export class GrowingBuffer {
  #room: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was gathered so far; it stays as it is. */
  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  add(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (this.#length === 0) {
      // Mostly there is no other.
      this.#room = piece;
    } else {
      if (length > this.#room.length) this.#grow(Math.max(length, 2 * this.#room.length));
      piece.copy(this.#room, this.#length);
    }
    this.#length = length;
  }

  #grow(bytes: number): void {
    const room = Buffer.allocUnsafe(bytes);
    this.bytes.copy(room);
    this.#room = room;
  }
}
