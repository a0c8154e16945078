import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyLimits } from '../multipart/testing/body-limits.ts';
import { BodySource } from '../multipart/testing/body-source.ts';
import { formParts } from './form-parts.ts';

async function namesIn(body: string, contentType = 'multipart/form-data; boundary=b') {
  const raw = new BodySource([Buffer.from(body, 'latin1')]);
  const request = { raw, headers: { 'content-type': contentType } } as never;
  const parts = await Array.fromAsync(formParts(request, bodyLimits(), 500));
  return parts.map(({ name }) => name);
}

const dispositions = [
  ['form-data; name="t1w"; filename="a.nii"', 't1w'],
  ['Form-Data;name=t1w', 't1w'],
  // Names of files come in any encoding and with anything in them.
  ['form-data; filename="C:\\a; name=\\"x\\".nii"; name="t1w"', 't1w'],
  ['form-data; filename="\xc3\xa9\x01.nii"; name="t1w"', 't1w'],
  ['form-data; name="__proto__"', '__proto__'],
  ['form-data; name=""', ''],
  ['form-data', undefined],
  ['attachment; name="t1w"', undefined],
  ['', undefined],
] as const;

test('a part is named by its disposition, and nothing else', async () => {
  for (const [disposition, name] of dispositions) {
    const part = `--b\r\nContent-Disposition: ${disposition}\r\n\r\nx\r\n--b--`;
    assert.deepEqual(await namesIn(part), [name], disposition);
  }
  assert.deepEqual(await namesIn('--b\r\n\r\nx\r\n--b--'), [undefined]);
});

const contentTypes = {
  'no boundary': 'multipart/form-data',
  'a boundary of 300 characters': `multipart/form-data; boundary=${'x'.repeat(300)}`,
  'a type with a space that is none of HTTP': '\xa0multipart/form-data; boundary=b',
};

for (const [name, contentType] of Object.entries(contentTypes)) {
  test(`${name} is a fault of the request, not ours`, async () => {
    await assert.rejects(namesIn('--b--', contentType), {
      codeName: 'INVALID_REQUEST',
      message: /^the body is no multipart\/form-data/,
    });
  });
}
