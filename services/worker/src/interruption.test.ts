import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruptions, interruptions } from './interruption.ts';

const secondsMax = 60;

/** Waits until its signal aborts, and returns why. */
async function untilAborted(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  return signal.reason;
}

test('a study is interrupted by its id, and others are not', async () => {
  const studies = new Interruptions();
  const one = studies.during('one', secondsMax, untilAborted);
  const other = studies.during('other', secondsMax, untilAborted);
  studies.interrupt('one', interruptions.cancelled());
  assert.equal(((await one) as { codeName: string }).codeName, 'JOB_CANCELLED');
  assert.deepEqual([studies.has('one'), studies.has('other')], [false, true]);
  studies.interruptAll(interruptions.shutdown());
  assert.equal(((await other) as { codeName: string }).codeName, 'NOT_READY');
});

test('a study that begins after all were interrupted is interrupted from the start', async () => {
  const studies = new Interruptions();
  studies.interruptAll(interruptions.shutdown());
  const late = (await studies.during('late', secondsMax, untilAborted)) as { codeName: string };
  assert.equal(late.codeName, 'NOT_READY');
});

test('no study is in hand twice', async () => {
  const studies = new Interruptions();
  const first = studies.during('one', secondsMax, untilAborted);
  await assert.rejects(studies.during('one', secondsMax, untilAborted), RangeError);
  assert.ok(studies.has('one'), 'the first is still in hand');
  studies.interrupt('one', interruptions.superseded());
  await first;
});

test('a study ends when its time is over', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const studies = new Interruptions();
  const slow = studies.during('slow', 2, untilAborted);
  mock.timers.tick(2_000);
  assert.equal(((await slow) as { codeName: string }).codeName, 'JOB_TIMEOUT');
});
