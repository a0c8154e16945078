import { larger } from './larger.ts';

/** Studies in the system, by number. Numbers are used again, so that memory is bounded by how many there are at once. */
export class Studies {
  /** When it was first sent, and when it was accepted, s. */
  sentAt = new Float64Array(1_024);
  acceptedAt = new Float64Array(1_024);
  isStat = new Uint8Array(1_024);
  /** Attempts that it was charged for, and how many times it was tried at all. */
  charged = new Uint8Array(1_024);
  tries = new Uint16Array(1_024);
  /** How many workers it has lost. */
  deaths = new Uint8Array(1_024);
  readonly #free: number[] = [];
  #used = 0;

  /** Studies that are there now. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  /** Most studies that were there at once. */
  get peak(): number {
    return this.#used;
  }

  add(sentAt: number, isStat: boolean): number {
    const study = this.#free.pop() ?? this.#used++;
    if (study === this.sentAt.length) this.#grow();
    this.sentAt[study] = sentAt;
    this.acceptedAt[study] = sentAt;
    this.isStat[study] = Number(isStat);
    this.charged[study] = this.tries[study] = this.deaths[study] = 0;
    return study;
  }

  remove(study: number): void {
    this.#free.push(study);
  }

  #grow(): void {
    const length = 2 * this.sentAt.length;
    this.sentAt = larger(new Float64Array(length), this.sentAt);
    this.acceptedAt = larger(new Float64Array(length), this.acceptedAt);
    this.isStat = larger(new Uint8Array(length), this.isStat);
    this.charged = larger(new Uint8Array(length), this.charged);
    this.tries = larger(new Uint16Array(length), this.tries);
    this.deaths = larger(new Uint8Array(length), this.deaths);
  }
}
