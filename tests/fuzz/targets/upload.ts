import type { Draw } from '../engine/draw.ts';
import { byteMutators } from '../engine/mutate-bytes.ts';
import type { FuzzTarget, Seed } from '../engine/target.ts';
import { dicomSeed, soundDicoms } from '../formats/dicom.ts';
import { gzipSeeds, soundGzips } from '../formats/gzip.ts';
import { httpMutators, wire } from '../formats/http-request.ts';
import { caseBytesMax, processBytesMax } from '../formats/limits.ts';
import {
  boundary,
  type FormPart,
  formPart,
  multipart,
  multipartMutators,
  oddMultipart,
} from '../formats/multipart.ts';
import { niftiSeeds, soundNiftis } from '../formats/nifti.ts';
import { zipOf, zipSeed } from '../formats/zip.ts';

const form = `multipart/form-data; boundary=${boundary}`;
const volume = soundNiftis[1]!;
const metadata = [
  '{}',
  '{"externalReference":"x"}',
  '{"series":{"t1w":"4"}}',
  '{"series":{"t1w":1e999}}',
  '{"__proto__":{"x":1}}',
  '[',
  '',
  'null',
  '"\ud800"',
  '{'.repeat(1_000),
  ' '.repeat(3_000),
].map((text) => Buffer.from(text));
const request = (body: Uint8Array) => wire('/v1/studies', form, body);
const sound = (...parts: readonly FormPart[]) => request(multipart(parts));

/** A form of any parts, in any order. */
const anyForm: Seed = (draw) => {
  const parts = Array.from({ length: draw.chance(0.03) ? 15 : draw.between(0, 3) }, () => anyPart(draw));
  return request(draw.chance(0.5) ? multipart(parts) : oddMultipart(parts, draw));
};

/** A study that would be accepted, of files that are a little wrong. */
const oneFile: Seed = (draw) =>
  request(multipart([formPart(draw.pick(['t1w', 't2w', 'study']), content(draw))]));

function anyPart(draw: Draw): FormPart {
  const name = draw.pick(['t1w', 't2w', 'study', 't1w_liver_mask', 't2w_liver_mask', 'metadata', 'x', '']);
  return formPart(name, name === 'metadata' && draw.chance(0.9) ? draw.pick(metadata) : content(draw));
}

function content(draw: Draw): Uint8Array {
  const make = draw.pick([
    ...niftiSeeds,
    draw.pick(gzipSeeds),
    dicomSeed(() => draw.between(1, 3)),
    zipSeed(soundDicoms),
    () => draw.pick([...soundNiftis, ...soundGzips, ...soundDicoms]),
  ]);
  const bytes = make(draw);
  return draw.chance(0.6) ? bytes : draw.pick(byteMutators)(bytes, draw, [bytes]);
}

/** POST /v1/studies */
export const upload: FuzzTarget = {
  name: 'upload',
  weight: 0.8,
  caseBytesMax,
  processBytesMax,
  open: async () => {
    // Only who runs it needs the whole API.
    const { openApi } = await import('./api-target.ts');
    return openApi({
      corpus: [
        sound(formPart('t1w', volume)),
        sound(formPart('t1w', soundGzips[1]!), formPart('t2w', volume), formPart('metadata', metadata[1]!)),
        sound(formPart('study', soundDicoms[0]!), formPart('study', soundDicoms[3]!)),
        sound(formPart('study', zipOf(...soundDicoms.map((file) => ({ content: Buffer.from(file) }))))),
        wire('/v1/studies', 'application/json', Buffer.from('{"studyInstanceUid":"1.2.3"}')),
      ],
      seeds: [anyForm, oneFile, oneFile],
      mutators: [...httpMutators, ...multipartMutators, ...multipartMutators],
    });
  },
};
