import type { BytesKeyword, NumberKeyword, SequenceKeyword, TextKeyword } from './attributes.ts';

/**
 * The attributes of a DICOM data set that staging needs (the table in `attributes.ts`), by keyword. A plain object: what is absent, empty or can't be
 * read as its value representation says is not there. Texts are trimmed; numbers are finite.
 */
export type DataSet = {
  readonly [K in TextKeyword]?: readonly string[];
} & {
  readonly [K in NumberKeyword]?: readonly number[];
} & {
  readonly [K in SequenceKeyword]?: readonly DataSet[];
} & {
  readonly [K in BytesKeyword]?: Uint8Array;
};

/** The attribute's first value; empty where it has none. */
export function textOf(dataSet: DataSet | undefined, keyword: TextKeyword): string {
  return dataSet?.[keyword]?.[0] ?? '';
}

export function textsOf(dataSet: DataSet | undefined, keyword: TextKeyword): readonly string[] {
  return dataSet?.[keyword] ?? [];
}

/** The attribute's first value. */
export function numberOf(dataSet: DataSet | undefined, keyword: NumberKeyword): number | undefined {
  return dataSet?.[keyword]?.[0];
}

export function numbersOf(dataSet: DataSet | undefined, keyword: NumberKeyword): readonly number[] {
  return dataSet?.[keyword] ?? [];
}

/** The sequence's items. */
export function itemsOf(dataSet: DataSet | undefined, keyword: SequenceKeyword): readonly DataSet[] {
  return dataSet?.[keyword] ?? [];
}
