import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  encodeText,
  enumName,
  type ModelManifest,
  ModelManifest_Kind,
  ModelManifest_KindSchema,
  ModelManifestSchema,
} from '@hepastage/proto';
import { findModel, readModelCatalogue } from './model-catalogue.ts';

async function directoryOf(
  context: TestContext,
  manifests: Readonly<Record<string, string>>,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hepastage-models-'));
  context.after(() => rm(directory, { recursive: true }));
  for (const [folder, text] of Object.entries(manifests)) {
    await mkdir(join(directory, folder));
    await writeFile(join(directory, folder, 'manifest.json'), text);
  }
  return directory;
}

const manifest = (name: string, kind: ModelManifest['kind'] = ModelManifest_Kind.DEEP) =>
  create(ModelManifestSchema, { name, version: '1.2.0', kind });
const text = (name: string) => encodeText(ModelManifestSchema, manifest(name));

test('every package of the directory is listed, in the order of its folders', async (context) => {
  const directory = await directoryOf(context, { b: text('second'), a: text('first') });
  await writeFile(join(directory, 'README'), 'not a package');
  await mkdir(join(directory, '.a.unfinished-1'));
  assert.deepEqual(
    (await readModelCatalogue(directory)).map(({ name }) => name),
    ['first', 'second'],
  );
});

test('no directory means no models', async () => {
  assert.deepEqual(await readModelCatalogue(join(tmpdir(), 'hepastage-absent')), []);
});

test('a manifest that cannot be read is an error that names its folder', async (context) => {
  const directory = await directoryOf(context, { broken: '{' });
  await assert.rejects(readModelCatalogue(directory), {
    codeName: 'INVALID_MODEL',
    message: /^broken\/manifest\.json: the manifest cannot be read/,
  });
});

test('a model is found by name, with or without its version', () => {
  const models = [manifest('light')];
  assert.equal(findModel(models, 'light'), models[0]);
  assert.equal(findModel(models, 'light@1.2.0'), models[0]);
  assert.equal(findModel(models, 'light@2.0.0'), undefined);
  assert.equal(findModel(models, ''), undefined);
});

for (const kind of [ModelManifest_Kind.RADIOMICS, ModelManifest_Kind.UNSPECIFIED]) {
  test(`no study can ask for a model of the kind ${enumName(ModelManifest_KindSchema, kind)}, which stages none`, () => {
    assert.equal(findModel([manifest('other', kind)], 'other'), undefined);
  });
}
