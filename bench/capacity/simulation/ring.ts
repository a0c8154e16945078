/** Numbers in a row: in at the end, or at the front where one must be the next, out at the front. */
export class Ring {
  #items = new Int32Array(64);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: number): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#size++) & (this.#items.length - 1)] = item;
  }

  pushFront(item: number): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.#size++;
  }

  /** The next one; undefined where there is none. */
  peek(): number | undefined {
    return this.#size === 0 ? undefined : this.#items[this.#head];
  }

  shift(): number | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size--;
    return item;
  }

  /** Lengths are powers of two. */
  #grow(): void {
    const items = new Int32Array(2 * this.#items.length);
    for (let i = 0; i < this.#size; i++) items[i] = this.#items[(this.#head + i) & (this.#items.length - 1)]!;
    this.#items = items;
    this.#head = 0;
  }
}
