import type { Draw } from '../engine/draw.ts';
import { byteMutators, joined } from '../engine/mutate-bytes.ts';
import type { Mutator } from '../engine/target.ts';

const headEnd = Buffer.from('\r\n\r\n');

/** A request as it goes over the wire. */
export function wire(path: string, contentType: string, body: Uint8Array): Uint8Array {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: test',
    'Connection: close',
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  return joined(Buffer.from(head, 'latin1'), headEnd, body);
}

export interface SplitRequest {
  /** Lines, without the empty one. */
  readonly head: readonly string[];
  readonly body: Uint8Array;
}

/** Undefined: there is no end of the head. */
export function split(request: Uint8Array): SplitRequest | undefined {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.length);
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  return {
    head: bytes.toString('latin1', 0, end).split('\r\n'),
    body: request.subarray(end + headEnd.length),
  };
}

function together({ head, body }: SplitRequest): Uint8Array {
  return joined(Buffer.from(head.join('\r\n'), 'latin1'), headEnd, body);
}

const isLength = (line: string) => /^content-length:/i.test(line);

/** Changes the body alone: the request around it stays sound. */
export function inBody(mutate: Mutator): Mutator {
  return (input, draw, others) => {
    const request = split(input);
    if (request === undefined) return input;
    const bodies = others.flatMap((other) => split(other)?.body ?? []);
    const body = mutate(request.body, draw, bodies);
    const head = request.head.map((line) => (isLength(line) ? `Content-Length: ${body.length}` : line));
    return together({ head, body });
  };
}

/** The same body in chunks (RFC 9112, 7.1), most of the time sound ones. */
const inHttpChunks: Mutator = (input, draw) => {
  const request = split(input);
  if (request === undefined) return input;
  const pieces: Buffer[] = [];
  for (let at = 0; at < request.body.length;) {
    const piece = request.body.subarray(at, at + draw.between(1, 4_000));
    at += piece.length;
    pieces.push(Buffer.from(`${sizeLine(piece.length, draw)}\r\n`), Buffer.from(piece), Buffer.from('\r\n'));
  }
  const end = draw.chance(0.9)
    ? '0\r\n\r\n'
    : draw.pick(['', '0', '0\r\n', '-1\r\n\r\n', '0\r\nTrailer: x\r\n\r\n']);
  const head = request.head.map((line) => (isLength(line) ? 'Transfer-Encoding: chunked' : line));
  return together({ head, body: joined(...pieces, Buffer.from(end)) });
};

function sizeLine(bytes: number, draw: Draw): string {
  if (draw.chance(0.97)) return bytes.toString(16);
  return draw.pick([
    '',
    'x',
    '-1',
    '0',
    'ffffffffffffffff',
    (bytes + 1).toString(16),
    `${bytes.toString(16)};a=b`,
    ` ${bytes.toString(16)}`,
  ]);
}

const contentTypes = [
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary="a b"',
  `multipart/form-data; boundary=${'x'.repeat(300)}`,
  'multipart/form-data; boundary=a; boundary=b',
  'multipart/related; type="application/dicom"',
  'multipart/related; type="text/xml"; boundary=fuzz',
  'multipart/related; boundary=fuzz; type="application/dicom',
  'application/dicom',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  '',
  ';',
];
const headerLines = [
  ...contentTypes.map((type) => `Content-Type: ${type}`),
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5000000000',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  'Expect: something',
  'Accept: application/dicom+xml',
  'Accept: text/plain',
  'Accept: ;;q=',
  'Upgrade: websocket',
  'Host: a',
  `X-Long: ${'x'.repeat(20_000)}`,
  'X-\0: y',
  'X',
];

/** A line of the head: another, a second one, or one less. */
const headLine: Mutator = (input, draw) => {
  const request = split(input);
  if (request === undefined) return input;
  const at = draw.between(1, Math.max(1, request.head.length - 1));
  const head = request.head.toSpliced(
    at,
    draw.below(2),
    ...(draw.chance(0.8) ? [draw.pick(headerLines)] : []),
  );
  return together({ ...request, head });
};

const requestLine: Mutator = (input, draw) => {
  const request = split(input);
  if (request === undefined) return input;
  const line = draw.pick([
    'POST /v1/studies?x=%ff HTTP/1.1',
    'POST /v1/studies/../jobs HTTP/1.1',
    'POST /dicomweb/studies/1.2.3 HTTP/1.1',
    'POST /dicomweb/studies/x HTTP/1.1',
    'PUT /v1/studies HTTP/1.1',
    'POST /v1/%zz HTTP/1.1',
    'POST /v1/studies HTTP/1.0',
    'POST /v1/studies HTTP/9.9',
    'POST  HTTP/1.1',
    'x',
  ]);
  return together({ ...request, head: [line, ...request.head.slice(1)] });
};

/** Two requests on one connection. */
const pipelined: Mutator = (input, draw, others) => joined(input, draw.pick(others));

export const httpMutators: readonly Mutator[] = [
  ...byteMutators.map(inBody),
  ...byteMutators.map(inBody),
  inHttpChunks,
  inHttpChunks,
  headLine,
  headLine,
  requestLine,
  pipelined,
];
