import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { drain } from '../door/borrowed.ts';
import { BodyReader } from './body-reader.ts';
import { MultipartReader } from './multipart-reader.ts';
import { bodyLimits } from './testing/body-limits.ts';
import { BodySource } from './testing/body-source.ts';

/** A client that says nothing, unless it is made to. */
const silent = () => new Readable({ read: () => undefined });
const multipart = { type: 'multipart/related', boundary: 'b', headerBytesMax: 200 } as const;
const part = '--b\r\n\r\nx';
const end = '\r\n--b--';
const filling = 'y'.repeat(500);

test('every byte counts, and ends the upload at the one too many, wherever it stands', async () => {
  for (const [where, text] of [
    ['preamble', `${filling}\r\n${part}${end}`],
    ['header', `--b\r\nA: ${'1'.repeat(190)}\r\n\r\n${part}${end}`],
    ['content', `${part}${filling}${end}`],
    ['epilogue', `${part}${end}${filling}`],
  ] as const) {
    const bytes = Buffer.from(text);
    const read = async (bytesMax: number) => {
      const limits = bodyLimits({ bytesMax });
      using reader = new BodyReader(new BodySource([...bytes].map((byte) => Buffer.of(byte))), limits);
      for await (const { content } of new MultipartReader(reader, multipart).parts()) await drain(content);
      return limits.counted();
    };
    assert.equal(await read(bytes.length), bytes.length, where);
    await assert.rejects(read(150), { codeName: 'UPLOAD_TOO_LARGE' }, where);
  }
});

test('who falls silent is not waited for, be it within a part or between parts', async () => {
  for (const text of ['', 'pream', '--b\r\nA: 1', part, `${part}\r\n--b\r\n`, `${part}${end}`]) {
    const source = silent();
    source.push(text);
    using reader = new BodyReader(source, bodyLimits({ idleMsMax: 20 }));
    const parts = new MultipartReader(reader, multipart).parts();
    const readAll = async () => {
      for await (const { content } of parts) await drain(content);
    };
    await assert.rejects(readAll(), { codeName: 'UPLOAD_TIMEOUT' }, text);
    source.destroy();
  }
});

test('time that its reader takes is no silence of the client', async () => {
  const source = silent();
  const limits = bodyLimits({ idleMsMax: 20 });
  using reader = new BodyReader(source, limits);
  source.push('x');
  await reader.next();
  await delay(60);
  assert.equal(limits.clock.signal.aborted, false);
  source.push(null);
  assert.deepEqual(await reader.next(), { done: true, value: undefined });
});

test('what ends a body is told again to whoever asks again, and what was destroyed with an error of ours says so', async () => {
  const ours = new HepastageError(ErrorCode.INTERNAL, { what: 'a test' });
  for (const [error, codeName] of [
    [ours, 'INTERNAL'],
    [new Error('ECONNRESET'), 'UPLOAD_ABORTED'],
    [undefined, 'UPLOAD_ABORTED'],
  ] as const) {
    const source = silent();
    using reader = new BodyReader(source, bodyLimits());
    setImmediate(() => source.destroy(error));
    for (const time of ['first', 'second']) await assert.rejects(reader.next(), { codeName }, time);
  }
});

test('a reader that is let go of leaves the body paused and whole, and tells who still waits', async () => {
  const source = silent();
  const reader = new BodyReader(source, bodyLimits());
  const waiting = reader.next();
  reader[Symbol.dispose]();
  await assert.rejects(waiting, { codeName: 'UPLOAD_ABORTED' });
  assert.deepEqual([source.destroyed, source.isPaused(), source.eventNames()], [false, true, []]);
  const rest = source.on('data', () => undefined).resume();
  source.push('more');
  source.push(null);
  await new Promise((resolve) => rest.once('end', resolve));
});
