import { serviceTimeKeptMs } from './service-time.lua.ts';

/** How long an attempt that ends its job lasts, from claim to outcome. */
export interface ServiceTime {
  /** How many studies workers have in hand meanwhile, to the nearest power of two. */
  readonly inHand: number;
  /** A mean that forgets, ms. */
  readonly meanMs: number;
  /** Attempts that it was made from. */
  readonly attempts: number;
  /** When the last of them ended, ms since 1970. */
  readonly endedMs: number;
}

/** What the workers have learnt (service-time.lua.ts), of fewer studies in hand first; nothing that is older than a day. */
export function readServiceTimes(hash: Readonly<Record<string, string>>, nowMs: number): ServiceTime[] {
  return Object.keys(hash)
    .flatMap((field) => /^ms:(\d+)$/.exec(field)?.[1] ?? [])
    .filter((load) => nowMs - Number(hash[`at:${load}`]) < serviceTimeKeptMs)
    .map((load) => ({
      inHand: 2 ** Number(load),
      meanMs: Number(hash[`ms:${load}`]),
      attempts: Number(hash[`attempts:${load}`]),
      endedMs: Number(hash[`at:${load}`]),
    }))
    .toSorted((one, other) => one.inHand - other.inHand);
}

/** How long an attempt lasts while so many studies are in hand, ms: as measured where it was most like that. Undefined where nothing was. */
export function serviceMsAt(times: readonly ServiceTime[], inHand: number): number | undefined {
  const load = Math.log2(Math.max(1, inHand));
  const farness = (time: ServiceTime) => Math.abs(Math.log2(time.inHand) - load);
  return times.toSorted((one, other) => farness(one) - farness(other))[0]?.meanMs;
}

/** When a study has ended last, ms since 1970; 0: not within a day. */
export function lastEndMs(times: readonly ServiceTime[]): number {
  return Math.max(0, ...times.map(({ endedMs }) => endedMs));
}
