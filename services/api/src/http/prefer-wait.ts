/** Seconds that a `Prefer` header asks to wait (RFC 7240), at most `secondsMax`; undefined if it asks for none. Unknown preferences are ignored. */
export function preferredWaitSeconds(prefer: string | undefined, secondsMax: number): number | undefined {
  const wait = prefer
    ?.split(/[,;]/)
    .map((preference) => /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  return wait === undefined ? undefined : Math.min(Number(wait), secondsMax);
}
