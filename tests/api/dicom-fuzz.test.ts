import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seededRandom } from '../../packages/imaging/src/testing/random.ts';
import { encapsulate } from '../../packages/dicom/src/testing/dicom-builder.ts';
import { text } from '../../packages/dicom/src/testing/mr-object.ts';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { type Bytes, slice, zipOf } from './dicom-studies.ts';
import { postStudy, problemOf } from './study-form.ts';

const rounds = 60;
const enhanced = {
  tag: 0x5200_9230,
  vr: 'SQ',
  open: true,
  value: [[{ tag: 0x0020_9113, vr: 'SQ', value: [[text(0x0020_0032, 'DS', '1\\2\\3')]] }]],
};
const rlePixels = {
  tag: 0x7fe0_0010,
  vr: 'OB',
  value: encapsulate([Buffer.alloc(90, 1), Buffer.alloc(30, 2)]),
  length: 0xff_ff_ff_ff,
};
const sound: Readonly<Record<string, Bytes>> = {
  explicit: slice(1, [enhanced]),
  implicit: slice(1, [enhanced], { syntax: 'implicit' }),
  'big endian': slice(1, [enhanced], { syntax: 'big-endian' }),
  deflated: slice(1, [enhanced], { syntax: 'deflated' }),
  'a bare data set': slice(1, [], { meta: 'none' }),
  encapsulated: slice(1, [rlePixels], { syntaxUid: '1.2.840.10008.1.2.5' }),
  zip: zipOf(slice(1), slice(2), slice(3)),
};

let api: ApiUnderTest;
before(async () => {
  api = await startApi({ settings: { headerBytesMax: 200_000 } });
});
after(async () => api[Symbol.asyncDispose]());

for (const [seed, [name, file]] of Object.entries(sound).entries()) {
  test(`damaged ${name}: let in, or refused with a code and nothing left`, async () => {
    const random = seededRandom(seed + 1);
    const counts = { accepted: 0, refused: 0 };
    assert.equal((await postStudy(api.url, [['study', file]])).status, 202);
    for (let round = 0; round < rounds; round++) {
      await eraseAll();
      const damaged = damage(file, random);
      const response = await postStudy(api.url, [['study', damaged]]);
      const trouble = `round ${round}: ${response.status}`;
      if (response.status === 202) {
        counts.accepted += 1;
        await response.arrayBuffer();
        continue;
      }
      counts.refused += 1;
      const problem = await problemOf(response);
      assert.ok(response.status >= 400 && response.status < 500, `${trouble} ${problem.code}`);
      assert.match(problem.code, /^[A-Z_]+$/);
      assert.deepEqual(await api.traces(), noTraces, trouble);
    }
    assert.ok(counts.refused > 0 && counts.accepted + counts.refused === rounds);
  });
}

async function eraseAll(): Promise<void> {
  const { jobs } = (await (await fetch(`${api.url}/v1/jobs`)).json()) as { jobs?: { jobId: string }[] };
  for (const { jobId } of jobs ?? []) await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' });
}

/** Some bytes changed, or a piece taken out, doubled, or cut off at the end. */
function damage(file: Bytes, random: () => number): Bytes {
  const at = (below: number) => Math.floor(random() * below);
  const kind = at(4);
  const start = at(file.length);
  const end = Math.min(file.length, start + 1 + at(40));
  if (kind === 0) return file.subarray(0, start);
  if (kind === 1) return new Uint8Array(Buffer.concat([file.subarray(0, start), file.subarray(end)]));
  if (kind === 2) return new Uint8Array(Buffer.concat([file.subarray(0, end), file.subarray(start)]));
  const changed = file.slice();
  for (let n = 1 + at(8); n > 0; n--) changed[at(file.length)] = at(256);
  return changed;
}
