import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorSignature } from '../inference/inference-protocol.ts';
import { assertGraph } from './graph-signature.ts';

const expected = { inputs: { features: [undefined, 32] }, outputs: { probabilities: [undefined, 3] } };
const features: TensorSignature = { name: 'features', type: 'float32', shape: ['N', 32] };
const probabilities: TensorSignature = { name: 'probabilities', type: 'float32', shape: ['N', 3] };

function check(inputs: readonly TensorSignature[], outputs: readonly TensorSignature[]): void {
  assertGraph('t1w.onnx', { inputs, outputs }, expected);
}

test('a graph fits by name, type and sizes; an axis that it leaves open suits every size', () => {
  check([features], [probabilities]);
  check([{ ...features, shape: ['N', ''] }], [{ ...probabilities, shape: [1, 'K'] }]);
});

const wrong: readonly [string, readonly TensorSignature[], readonly TensorSignature[]][] = [
  ['another size', [{ ...features, shape: ['N', 31] }], [probabilities]],
  ['another rank', [features], [{ ...probabilities, shape: ['N', 1, 3] }]],
  ['another type', [{ ...features, type: 'float64' }], [probabilities]],
  ['another name', [features], [{ ...probabilities, name: 'output' }]],
  ['a missing output', [features], []],
  ['one output too many', [features], [{ name: 'label', type: 'int64', shape: ['N'] }, probabilities]],
  ['a name that every object has', [features], [{ ...probabilities, name: 'toString' }]],
];
for (const [name, inputs, outputs] of wrong) {
  test(`${name} does not fit`, () => {
    assert.throws(() => check(inputs, outputs), {
      codeName: 'INVALID_MODEL',
      message:
        /^t1w\.onnx, (in|out)puts: the graph does not fit the manifest \(expected \w+ float32 \[\?,\d+\], received /,
    });
  });
}
