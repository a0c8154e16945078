import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opinionFolders } from './models.ts';

test('second opinions come from folders, or from none', () => {
  assert.deepEqual(opinionFolders(['one', 'other']), ['one', 'other']);
  assert.deepEqual(opinionFolders(['none']), []);
});

test('none beside folders is refused: one of the two is a mistake', () => {
  for (const setting of [
    ['none', 'one'],
    ['one', 'none'],
    ['none', 'none'],
  ])
    // prettier-ignore
    assert.throws(() => opinionFolders(setting), {
      codeName: 'INVALID_CONFIG',
      message: /^HEPASTAGE_OPINION_MODELS: none stands beside folders/,
    });
});
