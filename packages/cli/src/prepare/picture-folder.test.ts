import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { readPictures } from './picture-folder.ts';

const limits = { decompressedBytesMax: 2 ** 20, voxelsMax: 64 };

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'hepastage-pictures-'));
});
after(async () => rm(root, { recursive: true }));

test('slices are in the order of the last number in their names; masks belong to equal numbers', async () => {
  const images = await folderOf('images', { 'T2_10.png': [10], 'T2_9.PNG': [9], 'T2_11_.png': [11], '.DS_Store.png': [1] }); // prettier-ignore
  const masks = await folderOf('masks', { 'mask-010.png': [255] });
  const { pictures, rows, columns, grey, liver } = await readPictures(images, masks, limits);
  assert.deepEqual([pictures, rows, columns], [3, 4, 4]);
  assert.deepEqual([grey[0], grey[16], grey[32]], [9, 10, 11]);
  assert.deepEqual([liver![0], liver![16], liver![32]], [0, 255, 0]);
});

test('without masks there is no liver', async () => {
  const images = await folderOf('alone', { '1.png': [1] });
  assert.equal((await readPictures(images, undefined, limits)).liver, undefined);
});

describe('a folder is refused', () => {
  type Pictures = Readonly<Record<string, readonly [grey: number, side?: number]>>;
  const refusals: readonly [name: string, images: Pictures, masks: Pictures, codeName: string][] = [
    ['without pictures', {}, {}, 'TOO_FEW_SLICES'],
    ['with a picture that has no number', { 'a.png': [1] }, {}, 'INVALID_REQUEST'],
    ['with a slice twice', { 'a1.png': [1], 'b01.png': [1] }, {}, 'DUPLICATE_SLICES'],
    ['with pictures of two sizes', { '1.png': [1], '2.png': [1, 5] }, {}, 'MIXED_GRIDS'],
    ['with a mask of another size', { '1.png': [1] }, { '1.png': [1, 5] }, 'MASK_MISMATCH'],
    ['with a mask of no slice', { '1.png': [1] }, { '2.png': [1] }, 'MASK_MISMATCH'],
    ['with more pixels than allowed', Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`${n}.png`, [n]])), {}, 'TOO_MANY_VOXELS'], // prettier-ignore
  ];
  for (const [name, images, masks, codeName] of refusals) {
    test(name, async () => {
      const imageFolder = await folderOf(join(name, 'images'), images);
      const maskFolder = await folderOf(join(name, 'masks'), masks);
      const read = readPictures(imageFolder, Object.keys(masks).length > 0 ? maskFolder : undefined, limits);
      await assert.rejects(read, { codeName });
    });
  }

  test('that is not there', async () => {
    await assert.rejects(readPictures(join(root, 'nowhere'), undefined, limits), { codeName: 'INVALID_REQUEST' }); // prettier-ignore
  });
});

/** A folder of square pictures, each of one grey. */
async function folderOf(
  name: string,
  pictures: Readonly<Record<string, readonly [grey: number, side?: number]>>,
): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [file, [grey, side = 4]] of Object.entries(pictures)) {
    const picture = new PNG({ width: side, height: side });
    picture.data.fill(grey);
    await writeFile(join(folder, file), PNG.sync.write(picture));
  }
  return folder;
}
