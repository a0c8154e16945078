import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicPassword } from './basic.ts';

const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test('the password is what follows the first colon, whoever the user is', () => {
  assert.equal(basicPassword(header('ops:hep_0_abc')), 'hep_0_abc');
  assert.equal(basicPassword(header(':hep_0_abc')), 'hep_0_abc');
  assert.equal(basicPassword(header('a:b:c')), 'b:c');
  assert.equal(basicPassword(header('a:b').replace('Basic', 'bAsIc  ')), 'b');
});

test('what is no password is none', () => {
  for (const text of [
    undefined,
    '',
    'Basic',
    'Basic ',
    'Basic !!!',
    'Bearer abc',
    header('nothing'),
    header('a:'),
  ])
    assert.equal(basicPassword(text), undefined, text);
});
