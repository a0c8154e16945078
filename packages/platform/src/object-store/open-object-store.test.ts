import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openObjectStore } from './open-object-store.ts';

const described: Readonly<Record<string, string>> = {
  '/var/lib/hepastage': 'directory /var/lib/hepastage',
  'file:///var/lib/hepa%20stage': 'directory /var/lib/hepa stage',
  's3://hepastage': 's3 bucket hepastage',
  's3://hepastage/': 's3 bucket hepastage',
  's3://hepastage/clinic/a/': 's3 bucket hepastage, prefix clinic/a/',
};
for (const [objectStore, description] of Object.entries(described)) {
  test(`${objectStore} is a ${description}`, async () => {
    const store = openObjectStore({ objectStore });
    assert.equal(store.description, description);
    await store.close();
  });
}

for (const objectStore of ['gs://bucket', 's3://', 's3://UPPER', 's3://bucket/../other', 's3://bucket//a']) {
  test(`${objectStore} is refused`, () => {
    assert.throws(() => openObjectStore({ objectStore }), {
      codeName: 'INVALID_CONFIG',
      message: `object store: there is no such kind of object store (expected a directory or s3://bucket/prefix, received "${objectStore}")`,
    });
  });
}
