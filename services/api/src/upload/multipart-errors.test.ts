import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Busboy } from '@fastify/busboy';
import { multipartError } from './multipart-errors.ts';

const contentTypes = {
  'no boundary': 'multipart/form-data',
  'a boundary of 300 characters': `multipart/form-data; boundary=${'x'.repeat(300)}`,
  'a type with a space that is none of HTTP': '\xa0multipart/form-data; boundary=b',
};

for (const [name, contentType] of Object.entries(contentTypes)) {
  test(`${name} is a fault of the request, not ours`, () => {
    assert.throws(() => open(contentType), {
      codeName: 'INVALID_REQUEST',
      message: /^the body is no multipart\/form-data/,
    });
  });
}

function open(contentType: string): void {
  try {
    new Busboy({ headers: { 'content-type': contentType } }).destroy();
  } catch (error) {
    throw multipartError(error);
  }
}
