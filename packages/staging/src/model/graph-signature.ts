import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { GraphSignature, TensorSignature } from '../inference/inference-protocol.ts';

/** Sizes of a tensor's axes; undefined where any will do. */
export type Shape = readonly (number | undefined)[];

/** What a graph must take and give: tensors by name, all float32. */
export interface ExpectedGraph {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly outputs: Readonly<Record<string, Shape>>;
}

/**
 * Compares what a graph says of itself with what the manifest needs. An axis that the graph leaves open suits every size. Throws INVALID_MODEL that names the
 * graph and the tensor.
 */
export function assertGraph(name: string, found: GraphSignature | undefined, expected: ExpectedGraph): void {
  assertTensors(`${name}, inputs`, found?.inputs ?? [], expected.inputs);
  assertTensors(`${name}, outputs`, found?.outputs ?? [], expected.outputs);
}

function assertTensors(
  where: string,
  found: readonly TensorSignature[],
  expected: Readonly<Record<string, Shape>>,
): void {
  const isAsExpected =
    found.length === Object.keys(expected).length &&
    found.every((tensor) =>
      suits(tensor, Object.hasOwn(expected, tensor.name) ? expected[tensor.name] : undefined),
    );
  if (isAsExpected) return;
  throw new HepastageError(ErrorCode.INVALID_MODEL, {
    what: 'the graph does not fit the manifest',
    where,
    expected: Object.entries(expected)
      .map(([name, shape]) => describe({ name, type: 'float32', shape }))
      .join(', '),
    received: found.map(describe).join(', '),
    action: 'export the model again',
  });
}

function suits({ type, shape }: TensorSignature, expected: Shape | undefined): boolean {
  if (expected === undefined || type !== 'float32' || shape.length !== expected.length) return false;
  return expected.every(
    (size, axis) => size === undefined || typeof shape[axis] !== 'number' || shape[axis] === size,
  );
}

function describe({
  name,
  type,
  shape,
}: Omit<TensorSignature, 'shape'> & { shape: readonly unknown[] }): string {
  return `${name} ${type} [${shape.map((size) => (typeof size === 'number' ? size : '?')).join(',')}]`;
}
