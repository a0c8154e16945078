import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { openObjectStore } from '@hepastage/platform';
import { ArtefactSchema, ErrorCode, HepastageError, StudyRequestSchema } from '@hepastage/proto';
import { temporaryDirectory } from '../../../tests/helpers/temporary-directory.ts';
import { studySink } from './study-store.ts';

const request = create(StudyRequestSchema, { tenant: 'default', jobId: 'a-job' });
const artefact = create(ArtefactSchema, { name: 'a.png', mediaType: 'image/png', sha256: '0'.repeat(64) });

function sinkInto(folder: string) {
  const store = openObjectStore({ objectStore: folder });
  let failures = 0;
  const sink = studySink(store, request, () => void (failures += 1));
  return { sink, failures: () => failures, [Symbol.asyncDispose]: async () => store.close() };
}

test('writes that the store does not take are told of, and thrown', async () => {
  await using folder = await temporaryDirectory('objects');
  // A file where the store wants a folder.
  await writeFile(join(folder.path, 'tenants'), '');
  await using into = sinkInto(folder.path);
  await assert.rejects(into.sink.writeArtefact(artefact, Buffer.from('png')), HepastageError);
  await assert.rejects(into.sink.writeResult('{}'), HepastageError);
  assert.equal(into.failures(), 2);
});

test('a result that was there first is no failed write', async () => {
  await using folder = await temporaryDirectory('objects');
  await using into = sinkInto(folder.path);
  await into.sink.writeArtefact(artefact, Buffer.from('png'));
  await into.sink.writeResult('{}');
  await assert.rejects(
    into.sink.writeResult('{}'),
    (error) => error instanceof HepastageError && error.code === ErrorCode.JOB_SUPERSEDED,
  );
  assert.equal(into.failures(), 0);
});
