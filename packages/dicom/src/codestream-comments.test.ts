import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodestreamComments } from './codestream-comments.ts';

const segment = (marker: number, text: string) => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(marker);
  head.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
};
const scan = Buffer.concat([segment(0xff_da, 'scan'), Buffer.from('\xff\xfeNOT A COMMENT', 'latin1')]);
const jpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8]),
  segment(0xff_e1, 'Exif DOE^JANE'),
  segment(0xff_c3, 'frame header'),
  segment(0xff_fe, 'DOE^JANE 1960-01-01'),
  scan,
]);
const jpeg2000 = Buffer.concat([
  Buffer.from([0xff, 0x4f]),
  segment(0xff_51, 'size'),
  segment(0xff_64, '\0\x01DOE^JANE'),
  segment(0xff_90, 'tile-part DOE^JANE'),
]);

function blanked(image: Buffer, chunkBytes: number): Buffer {
  const comments = new CodestreamComments();
  comments.begin();
  const chunks = [];
  for (let at = 0; at < image.length; at += chunkBytes) {
    chunks.push(comments.blank(image.subarray(at, at + chunkBytes)));
  }
  return Buffer.concat(chunks);
}

for (const chunkBytes of [1, 2, 3, 5, 7, 1_000]) {
  test(`comments and application segments are blanked, and nothing else, in chunks of ${chunkBytes} bytes`, () => {
    const before = Buffer.from(jpeg);
    const after = blanked(jpeg, chunkBytes).toString('latin1');
    assert.equal(after.length, jpeg.length);
    assert.doesNotMatch(after, /DOE/);
    assert.match(after, /frame header/);
    assert.ok(after.endsWith(scan.toString('latin1')));
    assert.deepEqual(jpeg, before, 'what was given is left as it was');
  });
}

test('the comments of a JPEG 2000 main header are blanked, its tile-parts are left alone', () => {
  const after = blanked(jpeg2000, 4).toString('latin1');
  assert.equal(after.match(/DOE/g)?.length, 1);
  assert.match(after, /size/);
});

test('what is no codestream with markers passes as it is', () => {
  const rle = Buffer.from('\x01\0\0\0\x40\0\0\0DOE\xff\xfe', 'latin1');
  assert.deepEqual(blanked(rle, 3), rle);
});

test('a fragment that goes on with an image is not looked into', () => {
  const comments = new CodestreamComments();
  comments.begin();
  comments.blank(jpeg);
  comments.begin();
  const rest = Buffer.from('\xff\x64\0\x06DATA of a tile-part', 'latin1');
  assert.equal(comments.blank(rest), rest);
});
