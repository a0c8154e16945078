import { parseMediaType } from '../http/media-type.ts';

/** How an answer can be written. */
export type StoreForm = 'dicom+json' | 'json' | 'dicom+xml' | 'multipart dicom+xml';

/** In the order of our liking; the first one is the default. */
const forms: readonly { readonly form: StoreForm; readonly essence: string; readonly root?: string }[] = [
  { form: 'dicom+json', essence: 'application/dicom+json' },
  { form: 'json', essence: 'application/json' },
  { form: 'dicom+xml', essence: 'application/dicom+xml' },
  { form: 'multipart dicom+xml', essence: 'multipart/related', root: 'application/dicom+xml' },
];

interface MediaRange {
  readonly essence: string;
  readonly root: string | undefined;
  /** 0: not acceptable. */
  readonly quality: number;
}

/** The form that a client likes best (RFC 9110 12.5.1). Undefined: none that there is, which is answered with 406. */
export function acceptedForm(accept: string | undefined): StoreForm | undefined {
  if (accept === undefined || accept.trim() === '') return forms[0]?.form;
  const ranges = splitList(accept).flatMap(rangeOf);
  let best: { form: StoreForm; quality: number } | undefined;
  for (const { form, essence, root } of forms) {
    const quality = qualityOf(essence, root, ranges);
    if (quality > (best?.quality ?? 0)) best = { form, quality };
  }
  return best?.form;
}

/** Of several ranges that a form is in, the most specific one counts. */
function qualityOf(essence: string, root: string | undefined, ranges: readonly MediaRange[]): number {
  const anyOfKind = `${essence.split('/')[0]}/*`;
  for (const wanted of [essence, anyOfKind, '*/*']) {
    const qualities = ranges
      .filter((range) => range.essence === wanted && (range.root === undefined || range.root === root))
      .map(({ quality }) => quality);
    if (qualities.length > 0) return Math.max(...qualities);
  }
  return 0;
}

/** What is no media range is passed over, as if it were not there. */
function rangeOf(text: string): MediaRange[] {
  const type = parseMediaType(text);
  if (type === undefined) return [];
  const quality = Number(type.params.get('q') ?? 1);
  const root = type.params.get('type')?.toLowerCase();
  return [{ essence: type.essence, root, quality: quality >= 0 && quality <= 1 ? quality : 0 }];
}

/** Elements of a list, at commas that are not within quotes. */
function splitList(list: string): string[] {
  return list.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];
}
