import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { Admission } from './admission.ts';

const config = { queueAgeSecondsMax: 60, admissionMs: 100, admissionRetrySeconds: 30, probeMsMax: 50 };

/** What the stores say, to be changed while it is looked at. */
function watched() {
  const says = { waited: 0, memory: 0.5 as number | undefined, store: async () => undefined as void };
  const admission = new Admission({
    config,
    queue: { oldestWaitSeconds: async () => says.waited, memoryShare: async () => says.memory },
    store: { check: async () => says.store() },
    logger: createLogger('test', 'silent'),
  });
  const codeNow = async () => {
    await admission.look();
    try {
      admission.assertOpen();
      return 'open';
    } catch (error) {
      assert.ok(error instanceof HepastageError);
      assert.equal(error.details.retryAfterSeconds, 30);
      assert.equal(error.httpStatus, 503);
      return error.codeName;
    }
  };
  return { says, codeNow };
}

test('studies are taken while they can be kept and do not wait too long, and again once that is so', async () => {
  const { says, codeNow } = watched();
  assert.equal(await codeNow(), 'open');
  says.waited = 61;
  assert.equal(await codeNow(), 'OVERLOADED');
  says.waited = 60;
  assert.equal(await codeNow(), 'open');
  says.memory = 0.96;
  assert.equal(await codeNow(), 'QUEUE_FULL');
  says.memory = undefined;
  assert.equal(await codeNow(), 'open');
  for (const code of [ErrorCode.STORE_FULL, ErrorCode.STORE_DENIED, ErrorCode.STORE_UNAVAILABLE]) {
    const error = new HepastageError(code, { what: 'no' });
    says.store = () => Promise.reject(error);
    assert.equal(await codeNow(), error.codeName);
  }
});

test('a store that does not answer in time is away', async () => {
  const { says, codeNow } = watched();
  says.store = () => new Promise(() => undefined);
  assert.equal(await codeNow(), 'STORE_UNAVAILABLE');
});
