import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rollback } from './rollback.ts';

test('steps run last first, and one that fails stops none', async () => {
  const ran: string[] = [];
  const errors: unknown[] = [];
  const failure = new Error('no answer');
  {
    await using rollback = new Rollback((error) => errors.push(error));
    rollback.add(async () => void ran.push('first'));
    rollback.add(() => Promise.reject(failure));
    rollback.add(async () => void ran.push('last'));
  }
  assert.deepEqual(ran, ['last', 'first']);
  assert.deepEqual(errors, [failure]);
});

test('a step that must not fail alone keeps what was done before it', async () => {
  const ran: string[] = [];
  {
    await using rollback = new Rollback(() => undefined);
    rollback.add(async () => void ran.push('first'));
    rollback.add(() => Promise.reject(new Error('no answer')), 'stop');
    rollback.add(async () => void ran.push('last'));
  }
  assert.deepEqual(ran, ['last']);
});

test('a disarmed rollback takes nothing back', async () => {
  const ran: string[] = [];
  {
    await using rollback = new Rollback(() => assert.fail('no step may run'));
    rollback.add(async () => void ran.push('step'));
    rollback.disarm();
    rollback.add(async () => void ran.push('later step'));
  }
  assert.deepEqual(ran, []);
});
