import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opinionsOf, stagerFeeds } from './stager-tensors.ts';

/** Tokens of two values. */
const whole = { tokens: Float32Array.of(1, 2, 3, 4), positions: Float32Array.of(0.25, 0.75) };
const single = { tokens: Float32Array.of(5, 6), positions: Float32Array.of(0.5) };
const studies = [{ t1w: whole }, { t1w: single, t2w: single }];

test('shorter stacks and absent sequences are filled up with what is not valid', () => {
  const feeds = stagerFeeds(studies);
  const plain = Object.entries(feeds).map(([name, { data, dims }]) => [name, [...data], [...dims]]);
  assert.deepEqual(plain, [
    ['t1w_tokens', [1, 2, 3, 4, 5, 6, 0, 0], [2, 2, 2]],
    ['t1w_positions', [0.25, 0.75, 0.5, 0], [2, 2]],
    ['t1w_valid', [1, 1, 1, 0], [2, 2]],
    ['t2w_tokens', [0, 0, 5, 6], [2, 1, 2]],
    ['t2w_positions', [0, 0.5], [2, 1]],
    ['t2w_valid', [0, 1], [2, 1]],
  ]);
});

const outputs = {
  probabilities: tensor([2, 3, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
  t1w_slice_attention: tensor([2, 2], [0.25, 0.75, 1, 0]),
  t2w_slice_attention: tensor([2, 1], [0, 1]),
  sequence_attention: tensor([2, 2], [1, 0, 0.5, 0.5]),
};
const distance = tensor([2, 2], [1.5, 0, 2.5, 3.5]);

test('every study gets its own row of each output, without what was filled up', () => {
  const [first, second] = opinionsOf({ ...outputs, distance }, studies, 2);
  assert.deepEqual(first, {
    t1w: [0, 1],
    t2w: [2, 3],
    joint: [4, 5],
    t1wSliceAttention: [0.25, 0.75],
    t2wSliceAttention: [],
    sequenceAttention: [1, 0],
    distance: [1.5, 0],
  });
  assert.deepEqual([second?.joint, second?.t1wSliceAttention, second?.distance], [[10, 11], [1], [2.5, 3.5]]);
});

test('a graph that measures no distance gives none; one that lacks another output is refused', () => {
  assert.equal(opinionsOf(outputs, studies, 2)[0]?.distance, undefined);
  const { probabilities } = outputs;
  assert.throws(() => opinionsOf({ probabilities }, studies, 2), { codeName: 'INVALID_MODEL' });
});

test('an answer that is no number is none, but what is said of an absent sequence does not count', () => {
  const answers =
    (...values: readonly number[]) =>
    () =>
      opinionsOf({ ...outputs, probabilities: tensor([1, 3, 2], values) }, [{ t1w: whole }], 2);
  assert.doesNotThrow(answers(0, 1, Number.NaN, Number.NaN, 4, 5));
  for (const wrong of [answers(0, Number.NaN, 2, 3, 4, 5), answers(0, 1, 2, 3, 4, Infinity)])
    assert.throws(wrong, { codeName: 'INFERENCE_FAILED', message: /^probabilities: / });
  const lost = tensor([2, 2], [Number.NaN, 0, 1, 1]);
  assert.throws(() => opinionsOf({ ...outputs, distance: lost }, studies, 2), { message: /^distance: / });
});

function tensor(dims: readonly number[], values: readonly number[]) {
  return { dims, data: Float32Array.from(values) };
}
