import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { UploadClock } from './upload-clock.ts';

const times = { uploadMsMax: 1_000, uploadIdleMsMax: 100 };
const codeOf = ({ signal }: UploadClock) => HepastageError.from(signal.reason).codeName;

test('silence ends an upload only while bytes are waited for', ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  using clock = new UploadClock(times, new AbortController().signal);
  clock.expectBytes();
  mock.timers.tick(99);
  clock.haveBytes();
  mock.timers.tick(500);
  assert.equal(clock.signal.aborted, false);
  clock.expectBytes();
  mock.timers.tick(100);
  assert.equal(codeOf(clock), 'UPLOAD_TIMEOUT');
});

test('the total time ends an upload that never falls silent', ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  using clock = new UploadClock(times, new AbortController().signal);
  for (let elapsed = 0; elapsed < times.uploadMsMax; elapsed += 50) {
    assert.equal(clock.signal.aborted, false);
    clock.expectBytes();
    mock.timers.tick(50);
  }
  assert.equal(codeOf(clock), 'UPLOAD_TIMEOUT');
});

test('a client that goes away ends its upload', () => {
  const gone = new AbortController();
  using clock = new UploadClock(times, gone.signal);
  gone.abort();
  assert.equal(codeOf(clock), 'UPLOAD_ABORTED');
});

test('an upload that is given up ends as whoever gives it up says, also one that begins then', () => {
  const { signal: gone } = new AbortController();
  const givenUp = new AbortController();
  using clock = new UploadClock(times, gone, givenUp.signal);
  givenUp.abort(new HepastageError(ErrorCode.NOT_READY, { what: 'stopping' }));
  using late = new UploadClock(times, gone, givenUp.signal);
  assert.deepEqual([codeOf(clock), codeOf(late)], ['NOT_READY', 'NOT_READY']);
});

test('nothing ends an upload that is over', ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const gone = new AbortController();
  const clock = new UploadClock(times, gone.signal);
  clock.expectBytes();
  clock[Symbol.dispose]();
  gone.abort();
  mock.timers.tick(2 * times.uploadMsMax);
  assert.equal(clock.signal.aborted, false);
});
