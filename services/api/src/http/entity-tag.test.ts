import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCached, versionTag } from './entity-tag.ts';

test('If-None-Match names the tag alone, in a list, weakly, or any', () => {
  const tag = versionTag(7, true);
  for (const value of ['"7"', 'W/"7"', '"6", "7"', '"6",W/"7"', '*']) assert.ok(isCached(value, tag), value);
});

test('the tag of a job that has not ended is weak, and named with or without its W/', () => {
  const tag = versionTag(7, false);
  assert.equal(tag, 'W/"7"');
  for (const value of ['"7"', 'W/"7"', '"6", W/"7"']) assert.ok(isCached(value, tag), value);
  assert.equal(isCached('W/"6"', tag), false);
});

test('another tag, a bare number or no header is no match', () => {
  const tag = versionTag(7, true);
  for (const value of ['"77"', '7', '"6"', '', undefined]) assert.equal(isCached(value, tag), false, value);
});
