import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMeasured } from '../measured.ts';
import { generatedParts, readDocument, withParts } from './document.ts';

test('docs/capacity.md has the tables that the program makes: else npm run capacity -- document --write', async () => {
  const document = await readDocument();
  assert.equal(withParts(document, generatedParts(await readMeasured())), document);
});

test('a document without a part’s markers is refused', () => {
  assert.throws(() => withParts('# Capacity', { plan: 'a table' }), /lacks the markers of plan/);
});
