import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePreprocessing, preprocessingJson } from './preprocessing-file.ts';

const how = {
  spacingMm: 2,
  height: 160,
  width: 128,
  slices: 12,
  minSliceSpacingMm: 3,
  liverMarginMm: 25,
  lowerPercentile: 1,
  upperPercentile: 99,
};

test('what was parsed is written again', () => {
  const parsed = parsePreprocessing(JSON.stringify({ T2W: how }), 'p.json');
  assert.equal(parsed.T1W, undefined);
  assert.equal(parsed.T2W?.width, 128);
  assert.deepEqual(preprocessingJson(parsed), { T2W: how });
});

for (const text of ['', '[', 'null', '{"T1W": {"spacingMm": "wide"}}']) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parsePreprocessing(text, 'p.json'), {
      codeName: 'INVALID_CONFIG',
      message: /^p\.json: the file holds no preprocessing/,
    });
  });
}
