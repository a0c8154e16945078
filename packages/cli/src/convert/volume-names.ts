import type { DicomSeries } from '@hepastage/imaging';

/** Digits of a series number in a file's name: files then sort as series do. */
const digits = 3;
const letters = 26;

/**
 * The name, without its ending, of the volume of each series: `008`; `003-1`, `003-2` where the parts of one SeriesInstanceUID are series of their own;
 * `003a`, `003b` where several SeriesInstanceUIDs share a number, in the order of `series`. The same study always gives the same names, and no two are
 * alike.
 */
export function volumeNames(series: readonly DicomSeries[]): ReadonlyMap<DicomSeries, string> {
  const parts = Map.groupBy(series, ({ seriesInstanceUid }) => seriesInstanceUid);
  const uidsByNumber = uidsOfNumbers(series);
  return new Map(
    series.map((one) => {
      const uids = [...uidsByNumber.get(one.seriesNumber)!];
      const letter = uids.length > 1 ? lettersOf(uids.indexOf(one.seriesInstanceUid)) : '';
      const part = parts.get(one.seriesInstanceUid)!.length > 1 ? `-${one.part}` : '';
      return [one, numberOf(one) + letter + part];
    }),
  );
}

/** Series numbers that more than one SeriesInstanceUID has, and those. */
export function sharedNumbers(series: readonly DicomSeries[]): ReadonlyMap<number, readonly string[]> {
  const shared = [...uidsOfNumbers(series)].filter(([, uids]) => uids.size > 1);
  return new Map(shared.map(([number, uids]) => [number, [...uids]]));
}

/** SeriesInstanceUIDs by series number, in the order of `series`. */
function uidsOfNumbers(series: readonly DicomSeries[]): ReadonlyMap<number, ReadonlySet<string>> {
  const byNumber = Map.groupBy(series, ({ seriesNumber }) => seriesNumber);
  return new Map(
    [...byNumber].map(([number, those]) => [
      number,
      new Set(those.map(({ seriesInstanceUid }) => seriesInstanceUid)),
    ]),
  );
}

/** A file's name must not begin with a dash: programs would take it for an option. */
function numberOf({ seriesNumber }: DicomSeries): string {
  const number = String(Math.abs(seriesNumber)).padStart(digits, '0');
  return seriesNumber < 0 ? `minus-${number}` : number;
}

/** 0 → a, 25 → z, 26 → aa. */
function lettersOf(index: number): string {
  const last = String.fromCodePoint('a'.codePointAt(0)! + (index % letters));
  return index < letters ? last : lettersOf(Math.floor(index / letters) - 1) + last;
}
