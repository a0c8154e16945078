/** How a worker's encoders run. */
export interface EncoderModel {
  /** A batch takes `secondsPerRun + slices · secondsPerSlice`, with all cores of the worker or on its GPU. */
  readonly secondsPerRun: number;
  readonly secondsPerSlice: number;
  readonly batchSlicesMax: number;
  /** Longest that a slice waits for company, s. */
  readonly batchDelay: number;
}

interface Stack {
  readonly slot: number;
  slices: number;
  readonly since: number;
}

/** What rounding leaves of a batch delay, s. */
const soon = 1e-9;

/** Batches across studies, as packages/staging/src/inference/micro-batcher.ts makes them: one line of slices for each sequence's encoder, one batch at a time. */
export class Batcher {
  readonly #model: EncoderModel;
  readonly #lines: readonly Stack[][] = [[], []];
  /** Slots that have slices in the batch that runs. */
  #running: number[] = [];
  readonly #slicesLeft: Int32Array;
  /** What the batch that runs still takes, s; 0: none runs. */
  remaining = 0;

  constructor(model: EncoderModel, slots: number) {
    this.#model = model;
    this.#slicesLeft = new Int32Array(slots);
  }

  get isBusy(): boolean {
    return this.#running.length > 0;
  }

  /** Half of a study's slices go to each encoder. */
  add(slot: number, slices: number, now: number): void {
    this.#slicesLeft[slot] = slices;
    const halves = [slices >> 1, slices - (slices >> 1)];
    this.#lines.forEach((line, n) => {
      if (halves[n]! > 0) line.push({ slot, slices: halves[n]!, since: now });
    });
  }

  /** Begins the next batch where one may: full, or as old as the delay allows. Returns when to ask again, s; Infinity: when something changes. */
  begin(now: number): number {
    if (this.isBusy) return Infinity;
    let again = Infinity;
    const { batchSlicesMax, batchDelay } = this.#model;
    const oldestFirst = this.#lines.toSorted(
      (one, other) => (one[0]?.since ?? Infinity) - (other[0]?.since ?? Infinity),
    );
    for (const line of oldestFirst) {
      const [oldest] = line;
      if (oldest === undefined) continue;
      const due = oldest.since + batchDelay;
      const waiting = line.reduce((sum, { slices }) => sum + slices, 0);
      if (waiting >= batchSlicesMax || due <= now + soon) {
        this.#fill(line);
        return Infinity;
      }
      again = Math.min(again, due);
    }
    return again;
  }

  #fill(line: Stack[]): void {
    let room = this.#model.batchSlicesMax;
    let slices = 0;
    while (room > 0 && line.length > 0) {
      const stack = line[0]!;
      const count = Math.min(room, stack.slices);
      stack.slices -= count;
      room -= count;
      slices += count;
      this.#slicesLeft[stack.slot]! -= count;
      this.#running.push(stack.slot);
      if (stack.slices === 0) line.shift();
    }
    this.remaining = this.#model.secondsPerRun + slices * this.#model.secondsPerSlice;
  }

  /** Ends the batch that runs. Returns the slots all of whose slices are through. */
  end(): number[] {
    const through = this.#running.filter((slot) => this.#slicesLeft[slot] === 0);
    this.#running = [];
    this.remaining = 0;
    return through;
  }

  /** Forgets everything: the worker is gone. */
  clear(): void {
    for (const line of this.#lines) line.length = 0;
    this.#running = [];
    this.remaining = 0;
  }
}
