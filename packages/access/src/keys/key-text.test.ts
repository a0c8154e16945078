import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretOf, keyTextOf, newKeyParts, parseKeyText, secretSha256 } from './key-text.ts';

test('a key is read as it was written', () => {
  const parts = newKeyParts();
  assert.deepEqual({ ...parseKeyText(keyTextOf(parts)) }, parts);
  assert.match(keyTextOf(parts), /^hep_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
});

test('no two keys are the same', () => {
  const texts = Array.from({ length: 100 }, () => keyTextOf(newKeyParts()));
  assert.equal(new Set(texts).size, texts.length);
});

test('what is not a whole key is none', () => {
  const { keyId, secret } = newKeyParts();
  const whole = `hep_${keyId}_${secret}`;
  const broken = [
    '',
    'hep_',
    whole.slice(0, -1),
    `${whole}A`,
    ` ${whole}`,
    `${whole}\n`,
    whole.toUpperCase(),
  ];
  for (const text of [...broken, `hep_../../x_${secret}`, `hep_${keyId}_${secret.slice(1)}!`]) {
    assert.equal(parseKeyText(text), undefined, text);
  }
});

test('only the secret itself has its hash', () => {
  const { secret } = newKeyParts();
  const sha256 = secretSha256(secret);
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.equal(isSecretOf(sha256, secret), true);
  assert.equal(isSecretOf(sha256, newKeyParts().secret), false);
  assert.equal(isSecretOf('', secret), false);
});
