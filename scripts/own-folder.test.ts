import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyOwnFolder } from './own-folder.ts';

test('only a folder that was made here is emptied', async (context) => {
  const place = await mkdtemp(join(tmpdir(), 'hepastage-own-'));
  context.after(() => rm(place, { recursive: true }));
  const folder = join(place, 'new');
  await emptyOwnFolder(folder);
  const fresh = await readdir(folder);
  await mkdir(join(folder, 'left/over'), { recursive: true });
  await emptyOwnFolder(folder);
  assert.deepEqual(await readdir(folder), fresh);

  const foreign = join(place, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'thesis.txt'), 'mine');
  await assert.rejects(emptyOwnFolder(foreign), /foreign holds files that are not of an earlier run/);
  assert.deepEqual(await readdir(foreign), ['thesis.txt']);
  await assert.rejects(emptyOwnFolder(join(foreign, 'thesis.txt')), { code: 'ENOTDIR' });
});
