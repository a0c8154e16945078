import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { filesBelow } from './files-below.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'files-below-'));
});
after(async () => rm(root, { recursive: true }));

test('files of all folders, by path; no link is followed', async () => {
  const folder = join(root, 'study');
  await mkdir(join(folder, 'b/c'), { recursive: true });
  for (const file of ['z', 'a', 'b/2', 'b/c/1']) await writeFile(join(folder, file), '');
  await symlink('..', join(folder, 'circle'));
  await symlink(join(folder, 'z'), join(folder, 'other'));
  assert.deepEqual(
    await filesBelow(folder, 6 + 2),
    ['a', 'b/2', 'b/c/1', 'z'].map((file) => join(folder, file)),
  );
});

test('more files than allowed are refused, folders included', async () => {
  const folder = join(root, 'many');
  await mkdir(join(folder, '1/2/3'), { recursive: true });
  await writeFile(join(folder, '1/2/3/file'), '');
  assert.equal((await filesBelow(folder, 4)).length, 1);
  await assert.rejects(filesBelow(folder, 3), { codeName: 'TOO_MANY_FILES' });
});

test('a folder that is not there is told of', async () => {
  await assert.rejects(filesBelow(join(root, 'nowhere'), 1), { codeName: 'INVALID_REQUEST' });
});
