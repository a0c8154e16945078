import type { Draw } from '../engine/draw.ts';
import { byteMutators, joined } from '../engine/mutate-bytes.ts';
import type { Mutator } from '../engine/target.ts';
import { inBody } from './http-request.ts';

export const boundary = 'fuzz';

export interface FormPart {
  /** Lines of its header. */
  readonly head: readonly string[];
  readonly content: Uint8Array;
}

/** A multipart body (RFC 2046, 5.1.1). */
export function multipart(
  parts: readonly FormPart[],
  { preamble = '', tail = `--${boundary}--\r\n` } = {},
): Uint8Array {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1'),
    content,
    Buffer.from('\r\n'),
  ]);
  return joined(Buffer.from(preamble, 'latin1'), ...pieces, Buffer.from(tail, 'latin1'));
}

/** A part of a form (RFC 7578). */
export function formPart(name: string, content: Uint8Array, more: readonly string[] = []): FormPart {
  return { head: [`Content-Disposition: form-data; name="${name}"; filename="a"`, ...more], content };
}

const partHeads = [
  '',
  'x',
  'Content-Disposition: form-data',
  'Content-Disposition: form-data; name=t1w',
  'Content-Disposition: form-data; name="__proto__"; filename="a"',
  'Content-Disposition: form-data; name="constructor"; filename="a"',
  'Content-Disposition: form-data; name="t1w"; name="t2w"; filename="a"',
  "Content-Disposition: form-data; name*=utf-8''t1w; filename*=utf-8''%ff",
  'Content-Disposition: attachment; name="t1w"; filename="../../etc/passwd"',
  `Content-Disposition: form-data; name="${'n'.repeat(9_000)}"; filename="a"`,
  'Content-Type: multipart/mixed; boundary=fuzz',
  'Content-Type: application/dicom; transfer-syntax=*',
  'Content-Transfer-Encoding: base64',
  'Content-Encoding: gzip',
  'Content-Length: 1',
  ...Array.from({ length: 2 }, (_, n) => `X-${n}: ${'y'.repeat(3_000 * (n + 1))}`),
];
const tails = [
  `--${boundary}--\r\n`,
  '',
  `--${boundary}`,
  `--${boundary}-`,
  `--${boundary}\r\n`,
  `--${boundary}--`,
  `--${boundary}--\r\nepilogue`,
];

/** Lines of a part's header, and whether it keeps those that it should have. */
export function oddHead(head: readonly string[], draw: Draw): readonly string[] {
  const odd = Array.from({ length: draw.between(1, draw.chance(0.05) ? 60 : 3) }, () => draw.pick(partHeads));
  return draw.chance(0.5) ? [...head, ...odd] : odd;
}

/** A body of these parts, its structure right or wrong. */
export function oddMultipart(parts: readonly FormPart[], draw: Draw): Uint8Array {
  const odd = parts.map((part) => (draw.chance(0.15) ? { ...part, head: oddHead(part.head, draw) } : part));
  return multipart(odd, {
    preamble: draw.chance(0.9) ? '' : draw.pick(['preamble', '\r\n', `--${boundary}`, 'x'.repeat(5_000)]),
    tail: draw.chance(0.8) ? tails[0]! : draw.pick(tails),
  });
}

/** Where a delimiter is: taken away, doubled, or changed. */
const delimiter: Mutator = (input, draw) => {
  const bytes = Buffer.from(input);
  const places: number[] = [];
  for (let at = bytes.indexOf(`--${boundary}`); at !== -1; at = bytes.indexOf(`--${boundary}`, at + 1))
    places.push(at);
  if (places.length === 0) return input;
  const at = draw.pick(places);
  const end = at + 2 + boundary.length;
  const put = draw.pick([
    '',
    '--',
    `--${boundary}--`,
    `--${boundary}\n`,
    `--${boundary} \t\r\n`,
    `--${boundary}x`,
    `\r\n--${boundary}\r\n`,
  ]);
  return joined(input.subarray(0, at), Buffer.from(put), input.subarray(end));
};

/** Line ends that are not those of the standard. */
const lineEnds: Mutator = (input, draw) => {
  const text = Buffer.from(input).toString('latin1');
  const at = text.indexOf('\r\n', draw.below(Math.max(1, text.length)));
  if (at === -1) return input;
  return new Uint8Array(
    Buffer.from(text.slice(0, at) + draw.pick(['\n', '\r', '\r\r\n', '']) + text.slice(at + 2), 'latin1'),
  );
};

export const multipartMutators: readonly Mutator[] = [delimiter, lineEnds, ...byteMutators.slice(0, 2)].map(
  inBody,
);
