import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { BodyReader } from './body-reader.ts';
import { MultipartReader } from './multipart-reader.ts';
import { bodyLimits } from './testing/body-limits.ts';
import { BodySource } from './testing/body-source.ts';

const options = { type: 'multipart/related', boundary: '-b', headerBytesMax: 200 } as const;
/** Empty parts with and without a line break of their own, contents that are nearly delimiters, and what means nothing around it all. */
const body = Buffer.from(
  [
    'preamble',
    '---b \t',
    'A: 1',
    'Folded: one',
    '  two',
    '',
    'content\r\n--\r\n---\r\n---\r\r\n',
    '---b',
    '',
    '',
    '---b',
    'A: 2',
    '',
    '---b',
    '',
    '\r\n',
    '---b--',
    'epilogue',
    '---b',
    'A: 3',
    '',
    'no part',
  ].join('\r\n'),
);
const expected = [
  { header: { a: '1', folded: 'one two' }, content: 'content\r\n--\r\n---\r\n---\r\r\n' },
  { header: {}, content: '' },
  { header: { a: '2' }, content: '' },
  { header: {}, content: '\r\n' },
];

interface ReadPart {
  readonly header: Readonly<Record<string, string>>;
  readonly content: string;
}

async function read(chunks: Iterable<Buffer>, changes: Partial<typeof options> = {}): Promise<ReadPart[]> {
  using reader = new BodyReader(new BodySource(chunks), bodyLimits());
  const parts: ReadPart[] = [];
  for await (const { header, content } of new MultipartReader(reader, { ...options, ...changes }).parts()) {
    const bytes = Buffer.concat(await Array.fromAsync(content));
    parts.push({ header: Object.fromEntries(header), content: bytes.toString() });
  }
  return parts;
}

const inBytes = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));

test('the parts are the same wherever the chunks end', async () => {
  assert.deepEqual(await read([body]), expected);
  assert.deepEqual(await read(inBytes(body)), expected);
  for (let cut = 1; cut < body.length; cut++) {
    assert.deepEqual(await read([body.subarray(0, cut), body.subarray(cut)]), expected, `cut at ${cut}`);
  }
});

test('a body is the same with and without a line break before its first delimiter', async () => {
  const one = ['--', '-b\r\n\r\nx\r\n---b--'].map((text) => Buffer.from(text));
  const [part] = await read(one);
  assert.deepEqual(part, { header: {}, content: 'x' });
  assert.deepEqual(await read([Buffer.from('\r\n'), ...one]), [part]);
});

test('what ends too early, or is no multipart, is told apart, wherever the chunks end', async () => {
  const cases = [
    ['', 'INVALID_REQUEST'],
    ['no delimiter', 'INVALID_REQUEST'],
    ['---b', 'UPLOAD_ABORTED'],
    ['---b-', 'UPLOAD_ABORTED'],
    ['---b\r\nA: 1\r\n', 'UPLOAD_ABORTED'],
    ['---b\r\n\r\nhalf\r\n---', 'UPLOAD_ABORTED'],
    ['---b\r\nA: 1\r\n---b--\r\n', 'INVALID_REQUEST'],
    ['---b\r\n---b\r\n\r\n\r\n---b--\r\n', 'INVALID_REQUEST'],
    [`---b\r\nA: ${'1'.repeat(300)}\r\n\r\nx\r\n---b--`, 'INVALID_REQUEST'],
  ] as const;
  for (const [text, codeName] of cases) {
    const bytes = Buffer.from(text);
    for (const chunks of [[bytes], inBytes(bytes)]) await assert.rejects(read(chunks), { codeName }, text);
  }
});

test('a boundary that is missing or too long is the client’s fault', async () => {
  for (const boundary of ['', 'x'.repeat(201)]) {
    const reading = read([body], { boundary } as object);
    await assert.rejects(reading, {
      codeName: 'INVALID_REQUEST',
      message: /^the body is no multipart\/related/,
    });
  }
});

test('of thousands of parts that nobody takes no more than a few chunks leave the sender', async () => {
  const empty = Buffer.from('\r\n---b\r\n\r\nx'.repeat(100));
  const source = new BodySource(Array.from({ length: 1_000 }, () => empty));
  using reader = new BodyReader(source, bodyLimits());
  const parts = new MultipartReader(reader, options).parts();
  for (let taken = 0; taken < 3; taken++) {
    const { value } = await parts.next();
    await delay(20);
    assert.equal((await Array.fromAsync(value!.content)).toString(), 'x');
    assert.ok(source.sentBytes <= 3 * empty.length, `${source.sentBytes} bytes`);
  }
  source.destroy();
});

test('a part that the next one has followed gives nothing more', async () => {
  using reader = new BodyReader(new BodySource(inBytes(body)), bodyLimits());
  const parts = new MultipartReader(reader, options).parts();
  const { value: first } = await parts.next();
  const { value: second } = await parts.next();
  assert.deepEqual(await Array.fromAsync(first!.content), []);
  assert.deepEqual(await Array.fromAsync(second!.content), []);
  assert.equal((await parts.next()).value?.header.get('a'), '2');
});

test('two who read a part at once get its chunks in order, and none twice', async () => {
  using reader = new BodyReader(
    new BodySource(inBytes(Buffer.from('---b\r\n\r\nabc\r\n---b--'))),
    bodyLimits(),
  );
  const { value: part } = await new MultipartReader(reader, options).parts().next();
  const content = part!.content[Symbol.asyncIterator]();
  const chunks = await Promise.all([content.next(), content.next(), content.next(), content.next()]);
  assert.deepEqual(
    chunks.map(({ value }) => value?.toString()),
    ['a', 'b', 'c', undefined],
  );
});
