import { isDeepStrictEqual } from 'node:util';
import { readPart10, uidHasher } from '@hepastage/dicom';
import { instanceOf } from '@hepastage/imaging';
import type { DicomInstance } from '@hepastage/proto';
import { openObjectStore, type ObjectStore } from '@hepastage/platform';
import { BackgroundWrites } from '../../../services/api/src/door/background-writes.ts';
import { receiveInstance } from '../../../services/api/src/door/receive-instance.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import type { Draw } from '../engine/draw.ts';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';
import { inChunks } from '../formats/chunks.ts';
import { dicomMutators, dicomSeed, soundDicoms } from '../formats/dicom.ts';
import { caseBytesMax, imageLimits, processBytesMax } from '../formats/limits.ts';

const limits = { ...imageLimits, headerBytesMax: 200_000 };
const hashUid = uidHasher('a key of the tests, long enough', 'fuzz');
const key = 'tenants/fuzz/object.dcm';

/** One DICOM object as it streams through the door into a store: refused and nothing left of it, or stored and readable, with the same to say. */
export const dicomObject: FuzzTarget = {
  name: 'dicom-object',
  weight: 3,
  caseBytesMax,
  processBytesMax,
  open: async () => {
    await using opening = new AsyncDisposableStack();
    const folder = opening.use(await temporaryDirectory('fuzz-objects'));
    const store = opening.adopt(openObjectStore({ objectStore: folder.path }), async (it) => it.close());
    const opened = opening.move();
    return {
      corpus: soundDicoms,
      seeds: [dicomSeed((draw) => draw.between(1, 5))],
      mutators: dicomMutators,
      run: async (input, draw) => {
        const writes = new BackgroundWrites(1);
        try {
          const instance = await receive(input, draw, { store, writes });
          await writes.settled();
          await assertKept(instance, store);
          return accepted;
        } catch (error) {
          await writes.ended();
          if (!(error instanceof Finding)) await assertAbsent(store);
          throw error;
        } finally {
          await store.erase(key);
        }
      },
      [Symbol.asyncDispose]: async () => opened.disposeAsync(),
    };
  },
};

async function receive(
  input: Uint8Array,
  draw: Draw,
  { store, writes }: { store: ObjectStore; writes: BackgroundWrites },
): Promise<DicomInstance> {
  const instance = await receiveInstance(inChunks(input, draw), {
    store,
    limits,
    hashUid,
    writes,
    signal: new AbortController().signal,
    admit: async () => key,
  });
  if (instance === undefined) throw new Finding('an object that was wanted is not there');
  return instance;
}

/** What the worker will read is what the door has read. */
async function assertKept(instance: DicomInstance, store: ObjectStore): Promise<void> {
  const stored = await store.readBytes(key, 16 * 2 ** 20);
  if (stored === undefined) throw new Finding('it was let in, and is not in the store');
  const kept = await readAgain(stored);
  const [before, after] = [placesOf(instance), placesOf(kept)];
  const isSame = before.length === after.length && before.every((value, n) => isClose(value, after[n]!));
  if (!isSame || !isDeepStrictEqual(kept.pixels, instance.pixels)) {
    const [was, is] = [instance, kept].map(({ pixels, frames }) =>
      JSON.stringify({ pixels, first: frames[0] }),
    );
    throw new Finding(`it says ${was}, and is kept as ${is}`);
  }
}

async function readAgain(stored: Uint8Array): Promise<DicomInstance> {
  try {
    const part10 = readPart10(stored, limits);
    return instanceOf({ ...part10, hasPixels: part10.pixelData !== undefined });
  } catch (error) {
    throw new Finding(`what was stored can't be read: ${String(error)}`);
  }
}

/** What says where its pixels lie, and what they mean. */
function placesOf({ frames, seriesNumber }: DicomInstance): number[] {
  const places = frames.flatMap(({ positionMm, orientation, pixelSpacingMm, slope, intercept }) => [
    ...[positionMm, orientation, pixelSpacingMm].flatMap((values) => [values.length, ...values]),
    slope,
    intercept,
  ]);
  return [seriesNumber, ...places];
}

/** A decimal string has 16 characters (PS3.5, 6.2): nine digits, where the exponent takes the others. */
function isClose(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-8 * Math.abs(a);
}

async function assertAbsent(store: ObjectStore): Promise<void> {
  const left = await Array.fromAsync(store.list(''));
  if (left.length > 0) throw new Finding(`refused, but ${left.length} objects are left`);
}
