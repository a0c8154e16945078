import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson, type ModelManifestJson, ModelManifestSchema, type SequenceJson } from '@hepastage/proto';
import { assertPromises } from './deep-promises.ts';
import type { GoldenCase } from './golden-case.ts';

const both: SequenceJson[] = ['T1W', 'T2W'];
const inputs = ['T1W', 'T2W', 'T1W+T2W'];
const setsOf = (names: readonly string[], threshold = 0.9, level = 0.9) => ({
  stageSets: { level, thresholds: names.map((input) => ({ input, threshold })) },
});
const distancesOf = (names: readonly SequenceJson[], threshold = 1.5) => ({
  distribution: { thresholds: names.map((sequence) => ({ sequence, threshold, quantile: 0.99 })) },
});

function check(fields: ModelManifestJson, { sequences = both, distance = false } = {}): void {
  const manifest = decodeJson(ModelManifestSchema, {
    sequences: sequences.map((sequence) => ({ sequence, encoder: 'e.onnx' })),
    ...fields,
  });
  const golden = { expected: { ...(distance && { distance: [1, 1] }) } } as unknown as GoldenCase;
  assertPromises(manifest, golden, 'folder');
}

test('a package may promise nothing, or all of it', () => {
  check({});
  check(setsOf(inputs));
  check({ ...setsOf(inputs, 1, 1), ...distancesOf(both) }, { distance: true });
  check({ ...setsOf(['T2W']), ...distancesOf(['T2W']) }, { sequences: ['T2W'], distance: true });
});

for (const [name, fields, message] of [
  ['a level of none', setsOf(inputs, 0.9, 0), /stageSets\.level is no share .*received 0\)/],
  ['a level in per cent', setsOf(inputs, 0.9, 90), /stageSets\.level is no share .*received 90/],
  ['a threshold of none', setsOf(inputs, 0), /no threshold that T1W could reach/],
  ['a threshold beyond 1', setsOf(inputs, 1.1), /no threshold that T1W could reach/],
  [
    'sets without those of both',
    setsOf(['T1W', 'T2W']),
    /stageSets\.thresholds .*expected T1W, T2W, T1W\+T2W, received T1W, T2W\)/,
  ],
  ['sets of one input twice', setsOf(['T1W', 'T1W', 'T2W']), /stageSets\.thresholds must name every input/],
] as const)
  // prettier-ignore
  test(`${name} is refused`, () => {
    assert.throws(() => check(fields), { codeName: 'INVALID_MODEL', message });
  });

for (const [name, fields, message] of [
  ['a distance of none', distancesOf(both, 0), /no usable threshold for T1W .*received 0/],
  [
    'a distribution of one sequence',
    distancesOf(['T1W']),
    /distribution\.thresholds .*expected T1W, T2W, received T1W\)/,
  ],
  ['a golden distance without a distribution', {}, /received a distance without a distribution/],
] as const)
  // prettier-ignore
  test(`${name} is refused`, () => {
    assert.throws(() => check(fields, { distance: true }), { codeName: 'INVALID_MODEL', message });
  });

test('a distribution without a golden distance is refused', () => {
  assert.throws(() => check(distancesOf(both)), { message: /received a distribution without a distance/ });
});
