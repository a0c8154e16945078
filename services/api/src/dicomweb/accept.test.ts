import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedForm } from './accept.ts';

const multipart = 'multipart/related; type="application/dicom+xml"';

test('the form that the client likes best is chosen', () => {
  const cases = [
    [undefined, 'dicom+json'],
    ['', 'dicom+json'],
    ['*/*', 'dicom+json'],
    ['application/*', 'dicom+json'],
    ['application/dicom+json', 'dicom+json'],
    ['application/dicom+json; charset=utf-8', 'dicom+json'],
    ['application/json', 'json'],
    ['Application/DICOM+XML', 'dicom+xml'],
    [multipart, 'multipart dicom+xml'],
    ['multipart/related', 'multipart dicom+xml'],
    [`text/html, ${multipart};q=0.4, application/dicom+json;q=0.3`, 'multipart dicom+xml'],
    ['application/dicom+json;q=0.5, application/dicom+xml', 'dicom+xml'],
    ['application/dicom+json;q=0, */*;q=0.1', 'json'],
    ['*/*, application/dicom+json;q=0.2, application/json;q=0.2', 'dicom+xml'],
    ['multipart/related; type="a,b", application/json', 'json'],
    ['application/json;q=2, application/dicom+xml;q=0.1', 'dicom+xml'],
    ['nonsense, application/json', 'json'],
  ] as const;
  for (const [accept, form] of cases) assert.equal(acceptedForm(accept), form, accept);
});

test('where there is none, none is chosen', () => {
  const refused = [
    'text/html',
    'application/dicom',
    'multipart/related; type="application/dicom"',
    '*/*;q=0',
  ];
  for (const accept of refused) assert.equal(acceptedForm(accept), undefined, accept);
});
