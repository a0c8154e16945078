import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { writeTable } from './write-table.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hepastage-table-'));
});
afterEach(async () => rm(folder, { recursive: true }));

async function* failingAfter(row: string): AsyncGenerator<string> {
  yield row;
  throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, { what: 'gone', action: 'wait' });
}

test('rows come under the header, and no other file is left', async () => {
  await writeTable(join(folder, 't.csv'), 'h\n', ['', '1\n', '', '2\n']);
  assert.equal(await readFile(join(folder, 't.csv'), 'utf8'), 'h\n1\n2\n');
  assert.deepEqual(await readdir(folder), ['t.csv']);
});

test('without a row there is no file', async () => {
  await writeTable(join(folder, 't.csv'), 'h\n', ['', '']);
  assert.deepEqual(await readdir(folder), []);
});

test('what was ready before a failure is kept, and the error says where', async () => {
  const path = join(folder, 't.csv');
  await assert.rejects(writeTable(path, 'h\n', failingAfter('1\n')), {
    codeName: 'STORE_UNAVAILABLE',
    message: `gone; wait; the rows that were ready are in ${path}.partial`,
  });
  assert.deepEqual(await readdir(folder), ['t.csv.partial']);
  assert.equal(await readFile(`${path}.partial`, 'utf8'), 'h\n1\n');
});

test('a failure before the first row leaves nothing, and is told as it is', async () => {
  await assert.rejects(writeTable(join(folder, 't.csv'), 'h\n', failingAfter('')), { message: 'gone; wait' });
  assert.deepEqual(await readdir(folder), []);
});

test('a place that can’t be written to is named', async () => {
  const nowhere = writeTable(join(folder, 'absent', 't.csv'), 'h\n', ['1\n']);
  await assert.rejects(nowhere, { codeName: 'INVALID_REQUEST', message: /t\.csv\.partial: .*no such file/ });
  await mkdir(join(folder, 'taken'));
  const taken = writeTable(join(folder, 'taken'), 'h\n', ['1\n']);
  await assert.rejects(taken, { codeName: 'INVALID_REQUEST', message: /the rows .* in .*taken\.partial$/ });
});
