import type { DicomElements } from 'dcmjs';
import { type Keyword, tagOf, vrOf } from './dictionary.ts';

/** A data set, or an item of a sequence, by keyword. An empty string or list writes the attribute without a value (type 2). */
export type Item = { readonly [K in Keyword]?: Value };

type Value = string | number | readonly (string | number)[] | readonly Item[];

/** The item as dcmjs writes it: by tag, in the order of tags (PS3.5, 7.1). */
export function elementsOf(item: Item): DicomElements {
  const elements = Object.entries(item).map(([name, value]) => {
    const keyword = name as Keyword;
    return [tagOf(keyword), { vr: vrOf(keyword), Value: valuesOf(value) }] as const;
  });
  return Object.fromEntries(elements.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function valuesOf(value: Value): unknown[] {
  if (value === '') return [];
  if (typeof value === 'string' || typeof value === 'number') return [value];
  return value.map((one) => (typeof one === 'object' ? elementsOf(one) : one));
}
