import type { Draw } from '../engine/draw.ts';
import { byteMutators } from '../engine/mutate-bytes.ts';
import type { FuzzTarget, Seed } from '../engine/target.ts';
import { dicomSeed, soundDicoms } from '../formats/dicom.ts';
import { httpMutators, wire } from '../formats/http-request.ts';
import { caseBytesMax, processBytesMax } from '../formats/limits.ts';
import { boundary, type FormPart, multipart, multipartMutators, oddMultipart } from '../formats/multipart.ts';

const related = `multipart/related; type="application/dicom"; boundary=${boundary}`;
const request = (body: Uint8Array) => wire('/dicomweb/studies', related, body);
const part = (content: Uint8Array): FormPart => ({ head: ['Content-Type: application/dicom'], content });

const anyObjects: Seed = (draw) => {
  const parts = Array.from({ length: draw.chance(0.03) ? 15 : draw.between(0, 4) }, () =>
    part(anyObject(draw)),
  );
  return request(draw.chance(0.5) ? multipart(parts) : oddMultipart(parts, draw));
};

/** A body that is one object. */
const oneObject: Seed = (draw) => wire('/dicomweb/studies', 'application/dicom', anyObject(draw));

function anyObject(draw: Draw): Uint8Array {
  const bytes = draw.chance(0.5) ? draw.pick(soundDicoms) : dicomSeed(() => draw.between(1, 4))(draw);
  return draw.chance(0.6) ? bytes : draw.pick(byteMutators)(bytes, draw, soundDicoms);
}

/** POST /dicomweb/studies */
export const stow: FuzzTarget = {
  name: 'stow',
  weight: 0.6,
  caseBytesMax,
  processBytesMax,
  open: async () => {
    // Only who runs it needs the whole API.
    const { openApi } = await import('./api-target.ts');
    return openApi({
      corpus: [
        request(multipart([part(soundDicoms[0]!)])),
        request(multipart(soundDicoms.map(part))),
        wire('/dicomweb/studies', 'application/dicom', soundDicoms[0]!),
      ],
      seeds: [anyObjects, anyObjects, oneObject],
      mutators: [...httpMutators, ...multipartMutators, ...multipartMutators],
    });
  },
};
