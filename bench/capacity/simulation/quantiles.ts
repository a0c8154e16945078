/** Smallest time that is told apart from 0, s. */
const smallest = 0.001;
/** A value is known to within half of this share. */
const resolution = 0.01;
const step = Math.log1p(resolution);
/** Up to 10¹⁰ times the smallest: 115 days. */
const buckets = Math.ceil(Math.log(1e10) / step);

/** Quantiles of any number of times in 2,315 counters. */
export class Quantiles {
  readonly #counts = new Float64Array(buckets + 1);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** `seconds` ≥ 0. */
  add(seconds: number): void {
    this.#counts[bucketOf(seconds)]!++;
    this.#count++;
    this.#sum += seconds;
    if (seconds > this.#max) this.#max = seconds;
  }

  /** The value that a `share` of all, 0 to 1, do not exceed, ± 0.5 %; 0 where there are none. */
  quantile(share: number): number {
    const wanted = share * this.#count;
    let seen = 0;
    for (let bucket = 0; bucket <= buckets; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted && seen > 0) return Math.min(this.#max, middleOf(bucket));
    }
    return this.#max;
  }

  /** Share of all that is at most `seconds`, to the bucket; 1 where there are none. */
  shareWithin(seconds: number): number {
    if (this.#count === 0) return 1;
    const last = bucketOf(seconds);
    let within = 0;
    for (let bucket = 0; bucket <= last; bucket++) within += this.#counts[bucket]!;
    return within / this.#count;
  }
}

function bucketOf(seconds: number): number {
  if (seconds <= smallest) return 0;
  return Math.min(buckets, 1 + Math.floor(Math.log(seconds / smallest) / step));
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : smallest * Math.exp((bucket - 0.5) * step);
}
