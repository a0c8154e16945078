import { larger } from './larger.ts';

/** What happens when: the earliest first, and of the same instant what was planned first. Arrays of numbers, because millions of objects would keep the collector busy. */
export class EventHeap {
  #times = new Float64Array(1_024);
  #orders = new Float64Array(1_024);
  #kinds = new Uint8Array(1_024);
  #subjects = new Int32Array(1_024);
  #versions = new Int32Array(1_024);
  #size = 0;
  #planned = 0;
  /** Of the event that `next` took last. */
  time = 0;
  kind = 0;
  subject = 0;
  version = 0;

  get size(): number {
    return this.#size;
  }

  /** `subject`: whom it is about; `version`: which of the subject's plans it belongs to. */
  plan(time: number, kind: number, subject = 0, version = 0): void {
    if (this.#size === this.#times.length) this.#grow();
    let at = this.#size++;
    const order = this.#planned++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // What was planned before goes before.
      if (this.#times[parent]! <= time) break;
      this.#copy(parent, at);
      at = parent;
    }
    this.#write(at, time, order, kind, subject, version);
  }

  /** Takes the earliest event; false where there is none. */
  next(): boolean {
    if (this.#size === 0) return false;
    this.time = this.#times[0]!;
    this.kind = this.#kinds[0]!;
    this.subject = this.#subjects[0]!;
    this.version = this.#versions[0]!;
    const last = --this.#size;
    if (last > 0) this.#sink(last);
    return true;
  }

  /** Puts the event at `from` where it belongs, from the top down. */
  #sink(from: number): void {
    const size = this.#size;
    const [time, order] = [this.#times[from]!, this.#orders[from]!];
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#isBefore(child + 1, this.#times[child]!, this.#orders[child]!)) child++;
      if (!this.#isBefore(child, time, order)) break;
      this.#copy(child, at);
      at = child;
    }
    if (at !== from) this.#copy(from, at);
  }

  #isBefore(at: number, time: number, order: number): boolean {
    const own = this.#times[at]!;
    return own < time || (own === time && this.#orders[at]! < order);
  }

  #copy(from: number, to: number): void {
    this.#write(
      to,
      this.#times[from]!,
      this.#orders[from]!,
      this.#kinds[from]!,
      this.#subjects[from]!,
      this.#versions[from]!,
    );
  }

  #write(at: number, time: number, order: number, kind: number, subject: number, version: number): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#kinds[at] = kind;
    this.#subjects[at] = subject;
    this.#versions[at] = version;
  }

  #grow(): void {
    const length = 2 * this.#times.length;
    this.#times = larger(new Float64Array(length), this.#times);
    this.#orders = larger(new Float64Array(length), this.#orders);
    this.#kinds = larger(new Uint8Array(length), this.#kinds);
    this.#subjects = larger(new Int32Array(length), this.#subjects);
    this.#versions = larger(new Int32Array(length), this.#versions);
  }
}
