import { readPart10, type Part10 } from '@hepastage/dicom';
import { assertUsable, decodeDicom, instanceOf, preprocess, seriesOf, stackOf } from '@hepastage/imaging';
import { type DicomInstance, Sequence } from '@hepastage/proto';
import { buildDicom } from '../../../packages/dicom/src/testing/dicom-builder.ts';
import { preprocessing } from '../../../packages/imaging/src/testing/preprocessing.ts';
import { qualityOf } from '../../../packages/staging/src/quality/quality-of.ts';
import { judgeSeries } from '../../../packages/staging/src/selection/select-series.ts';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';
import { dicomMutators, dicomSeed, sliceElements, soundDicoms } from '../formats/dicom.ts';
import { caseBytesMax, imageLimits, processBytesMax } from '../formats/limits.ts';

/** The place of the mutated slice among the sound ones. */
const number = 2;
const neighbours = [1, 3, 4, 5].map((n) => new Uint8Array(buildDicom(sliceElements(n))));
const how = preprocessing({ height: 8, width: 8, slices: 4 });

/** A study of which one file is mutated: series, geometry, selection, voxels, quality, slices. */
export const dicomStudy: FuzzTarget = {
  name: 'dicom-study',
  weight: 3,
  caseBytesMax,
  processBytesMax,
  open: async () => ({
    corpus: soundDicoms,
    seeds: [dicomSeed(() => number)],
    mutators: dicomMutators,
    run: async (input) => {
      const files = new Map([...neighbours, input].map((file) => [instanceIn(file), file]));
      const stacks = seriesOf([...files.keys()]).map(stackOf);
      const { reports } = judgeSeries(stacks, undefined);
      if (reports.length !== stacks.length)
        throw new Finding(`${reports.length} reports of ${stacks.length} series`);
      // The one that the mutated slice is in.
      const stack = stacks.find(({ series }) =>
        series.images.some(({ instance }) => files.get(instance) === input),
      );
      // An instance that came twice counts once.
      if (stack === undefined) return 'passed over';
      assertUsable(stack.findings);
      const volume = await decodeDicom(stack, (instance) => files.get(instance)!, imageLimits);
      // So small a volume is refused by its quality; what comes after that is to be as safe.
      qualityOf(volume, Sequence.T1W);
      preprocess(volume, undefined, how);
      return accepted;
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

function instanceIn(file: Uint8Array): DicomInstance {
  const part10: Part10 = readPart10(file, imageLimits);
  return instanceOf({ ...part10, hasPixels: part10.pixelData !== undefined });
}
