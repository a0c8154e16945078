import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { runProgram } from '../helpers/run-program.ts';
import { trainingFolder, trainingPython } from '../helpers/training-python.ts';

const packageFolder = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));

/** Absolute, relative to values beyond 1; float32 on a CPU: PyTorch and ONNX Runtime may differ by rounding only. */
const tolerance = 1e-4;

/** A float32 tensor: shape and base64 of its little-endian bytes. */
interface TensorJson {
  readonly dims: readonly number[];
  readonly data: string;
}

/** One run of one graph, as PyTorch computes it from the weights that the graph holds. */
interface ParityCase {
  readonly graph: string;
  readonly inputs: Readonly<Record<string, TensorJson>>;
  readonly outputs: Readonly<Record<string, TensorJson>>;
}

test('every graph gives the numbers that PyTorch gives, whatever is missing', async (context) => {
  for (const { graph, inputs, outputs } of await casesFromTorch(20_260_101)) {
    const session = await InferenceSession.create(`${packageFolder}/${graph}`, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
    });
    const feeds = Object.entries(inputs).map(([name, tensor]) => [name, toTensor(tensor)] as const);
    const results = await session.run(Object.fromEntries(feeds));
    assert.deepEqual(Object.keys(results).sort(), Object.keys(outputs).sort());
    for (const [name, wanted] of Object.entries(outputs)) {
      const got = results[name];
      assert.deepEqual(got?.dims, wanted.dims, `${graph}, ${name}`);
      const difference = largestDifference(floats(wanted), got.data as Float32Array);
      assert.ok(difference <= tolerance, `${graph}, ${name}: the largest difference is ${difference}`);
      context.diagnostic(`${graph} ${name} [${wanted.dims.join(', ')}]: ${difference.toExponential(1)}`);
    }
    await session.release();
  }
});

async function casesFromTorch(seed: number): Promise<ParityCase[]> {
  const words = ['-m', 'hepatrain.package.parity', '--package', packageFolder, '--seed', String(seed)];
  return JSON.parse(await runProgram(trainingPython(), words, trainingFolder)) as ParityCase[];
}

function floats({ data }: TensorJson): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer);
}

function toTensor(tensor: TensorJson): Tensor {
  return new Tensor('float32', floats(tensor), tensor.dims);
}

/** Absolute, relative to values beyond 1: distances of random tokens are large. NaN if any value is NaN, which no tolerance allows. */
function largestDifference(wanted: Float32Array, got: Float32Array): number {
  assert.equal(got.length, wanted.length);
  return wanted.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - got[index]!) / Math.max(1, Math.abs(value))),
    0,
  );
}
