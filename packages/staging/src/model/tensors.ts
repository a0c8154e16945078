import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FloatTensor, Tensors } from '../inference/inference-protocol.ts';

/** A graph's output of that name. Throws INVALID_MODEL where it has none. */
export function tensorOf(outputs: Tensors, name: string): FloatTensor {
  const tensor = outputs[name];
  if (tensor === undefined) {
    throw new HepastageError(ErrorCode.INVALID_MODEL, {
      what: `a graph lacks its output ${name}`,
      action: 'export the model again',
    });
  }
  return tensor;
}

/** The first `rows` of its first axis, without copying. */
export function firstRows({ data, dims }: FloatTensor, rows: number): Float32Array {
  return data.subarray(0, (data.length / (dims[0] ?? 1)) * rows);
}

/** One of its first axis, without copying. */
export function rowOf({ data, dims }: FloatTensor, row: number): Float32Array {
  const length = data.length / (dims[0] ?? 1);
  return data.subarray(row * length, (row + 1) * length);
}

/** Throws INFERENCE_FAILED where a value of the graph's output `name` is NaN or infinite: compared or sorted, it would look like an answer. */
export function assertNumbers(name: string, values: readonly number[]): void {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new HepastageError(ErrorCode.INFERENCE_FAILED, {
    what: 'the model gave no answer: an output is not a finite number',
    where: name,
    received: wrong,
    action: 'check the image’s values; if they are sound, tell the model’s maker',
  });
}
