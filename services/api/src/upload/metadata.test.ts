import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StudyMetadata_Priority } from '@hepastage/proto';
import { parseMetadata } from './metadata.ts';

const parse = (value: unknown) => parseMetadata(Buffer.from(JSON.stringify(value)));

test('everything is optional, and the priority may be in lower case', () => {
  assert.equal(parse({}).priority, StudyMetadata_Priority.ROUTINE);
  assert.equal(parse({ priority: 'stat' }).priority, StudyMetadata_Priority.STAT);
  assert.equal(parse({ priority: 'STAT' }).priority, StudyMetadata_Priority.STAT);
  const { externalReference, model } = parse({ externalReference: 'Étude n° 7 / β', model: 'phantom-light' });
  assert.equal(externalReference, 'Étude n° 7 / β');
  assert.equal(model, 'phantom-light');
});

test('what breaks the schema is refused with the field and what it should be', () => {
  const refused = [
    [{ priority: 'urgent' }, /priority: /],
    [{ externalReference: 'x'.repeat(129) }, /externalReference: not have more than 128 characters/],
    [{ externalReference: 'two\nlines' }, /externalReference: match pattern/],
    [{ externalReference: 5 }, /externalReference: be string/],
    [{ callback: 'https://example.org' }, /only externalReference, priority, model/],
    [{ webhook: `https://example.org/${'x'.repeat(2_048)}` }, /webhook: not have more than 2048 characters/],
    [[], /be object/],
    [null, /be object/],
  ] as const;
  for (const [value, message] of refused) {
    assert.throws(() => parse(value), { codeName: 'INVALID_METADATA', message }, JSON.stringify(value));
  }
});

test('what is no JSON in UTF-8 is refused', () => {
  for (const bytes of [Buffer.from('{'), Buffer.alloc(0), Buffer.from([0x22, 0xff, 0x22])]) {
    assert.throws(() => parseMetadata(bytes), {
      codeName: 'INVALID_METADATA',
      message: /the part is no JSON/,
    });
  }
});

test('no refusal quotes what was sent', () => {
  const secret = 'Doe^Jane';
  for (const value of [{ [secret]: 1 }, { externalReference: `${secret}\n` }, { priority: secret }]) {
    assert.throws(
      () => parse(value),
      (error: Error) => !error.message.includes(secret),
    );
  }
  assert.throws(
    () => parseMetadata(Buffer.from(secret)),
    (error: Error) => !error.message.includes(secret),
  );
});
