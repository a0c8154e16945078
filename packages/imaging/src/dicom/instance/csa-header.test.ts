import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../testing/random.ts';
import { buildCsaHeader } from '../testing/csa-builder.ts';
import { csaTexts } from './csa-header.ts';

const header = buildCsaHeader({
  ImaRelTablePosition: ['0', '', '-12'],
  SliceNormalVector: ['0.00000000', '0.10799935', '0.99415096', '', ''],
  Empty: [],
});

test('an element is found by its name, empty items left out', () => {
  assert.deepEqual(csaTexts(header, 'SliceNormalVector'), ['0.00000000', '0.10799935', '0.99415096']);
  assert.deepEqual(csaTexts(header, 'ImaRelTablePosition'), ['0', '-12']);
  assert.deepEqual(csaTexts(header, 'Empty'), []);
  assert.equal(csaTexts(header, 'Slice'), undefined);
});

describe('damaged headers have no such element', () => {
  const broken: Readonly<Record<string, Buffer>> = {
    empty: Buffer.alloc(0),
    'of another format': Buffer.concat([Buffer.from('SV20'), header.subarray(4)]),
    'of very many elements': written(8, 0xff_ff_ff_ff),
    'of very many items': written(16 + 76, 0xff_ff_ff_ff),
    'of a very long item': written(16 + 84 + 4, 0xff_ff_ff_f0),
  };
  for (const [title, bytes] of Object.entries(broken)) {
    test(title, () => assert.equal(csaTexts(bytes, 'SliceNormalVector'), undefined));
  }
});

test('a header that is cut anywhere, or has random bytes, is read without a fault', () => {
  for (let length = 0; length < header.length; length++) {
    csaTexts(header.subarray(0, length), 'SliceNormalVector');
  }
  assert.equal(csaTexts(header.subarray(0, 250), 'SliceNormalVector'), undefined);
  const random = seededRandom(4);
  for (let round = 0; round < 500; round++) {
    const noisy = Buffer.from(header);
    for (let n = 0; n < 4; n++) noisy[8 + Math.floor(random() * (noisy.length - 8))] = 256 * random();
    csaTexts(noisy, 'SliceNormalVector');
  }
});

function written(at: number, value: number): Buffer {
  const bytes = Buffer.from(header);
  bytes.writeUInt32LE(value, at);
  return bytes;
}
