import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { InferenceEngine } from './inference-engine.ts';

const stager = await readFile(new URL('../../../../models/phantom-light/stager.onnx', import.meta.url));

async function startEngine(): Promise<InferenceEngine> {
  return InferenceEngine.start({
    graphs: new Map([['stager.onnx', new Uint8Array(stager)]]),
    providers: ['cpu'],
    threads: 1,
  });
}

/** A sequence of one slice, of 96 values a token; the other is absent. */
const feeds = () =>
  Object.fromEntries(
    ['t1w', 't2w'].flatMap((name, index) => [
      [`${name}_tokens`, { data: new Float32Array(96).fill(0.1), dims: [1, 1, 96] }],
      [`${name}_positions`, { data: Float32Array.of(0.5), dims: [1, 1] }],
      [`${name}_valid`, { data: Float32Array.of(1 - index), dims: [1, 1] }],
    ]),
  );

const isBroken = async (engine: InferenceEngine) =>
  Promise.race([engine.broken.then(() => true), delay(20, false)]);

test('runs that are under way when it stops still give their outputs', async () => {
  const engine = await startEngine();
  const runs = Array.from({ length: 4 }, async () => engine.run('stager.onnx', feeds()));
  await engine.stop();
  for (const { outputs } of await Promise.all(runs)) assert.equal(outputs['probabilities']?.data.length, 9);
  await assert.rejects(engine.run('stager.onnx', feeds()), { codeName: 'NOT_READY' });
  assert.equal(await isBroken(engine), false, 'a stop is no fault');
});

test('it is broken after three failures in a row, and not before; then every run may succeed elsewhere', async () => {
  const engine = await startEngine();
  const fail = async (codeName: string) => assert.rejects(engine.run('no such graph', {}), { codeName });
  try {
    await fail('INFERENCE_FAILED');
    await fail('INFERENCE_FAILED');
    await engine.run('stager.onnx', feeds());
    await fail('INFERENCE_FAILED');
    await fail('INFERENCE_FAILED');
    assert.equal(await isBroken(engine), false);
    await fail('NOT_READY');
    assert.equal((await engine.broken).codeName, 'NOT_READY');
    await assert.rejects(engine.run('stager.onnx', feeds()), { codeName: 'NOT_READY' });
  } finally {
    await engine.stop();
  }
});
