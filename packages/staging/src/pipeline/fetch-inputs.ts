import { Readable } from 'node:stream';
import type { Stack } from '@hepastage/imaging';
import type { FileBytes, ImageSource } from '../imaging/imaging-protocol.ts';
import { type BySequence, mapSequences, type PipelineContext, type StoredFile } from './pipeline-context.ts';
import type { ImageInput, SequenceInputs } from './select-inputs.ts';

/** One sequence's files, as they are stored. */
export interface SequenceFiles {
  readonly image: ImageSource;
  readonly liverMask: FileBytes | undefined;
}

type Source = Pick<PipelineContext, 'source' | 'signal'>;

/** Objects of a series that are read at once: a store answers each in milliseconds, and a series has a hundred. */
const readsAtOnce = 16;

/** Reads what the study is staged from, and no more: of a DICOM study the selected series alone. */
export async function fetchInputs(
  inputs: BySequence<SequenceInputs>,
  context: Source,
): Promise<BySequence<SequenceFiles>> {
  return mapSequences(inputs, async ({ image, liverMask }) => {
    const [source, mask] = await Promise.all([
      readImage(image, context),
      liverMask && readFile(liverMask, context),
    ]);
    return { image: source, liverMask: mask };
  });
}

export async function readFile(file: StoredFile, { source, signal }: Source): Promise<FileBytes> {
  return { bytes: await source.read(file, signal), sha256: file.sha256 };
}

async function readImage(image: ImageInput, context: Source): Promise<ImageSource> {
  if (image.kind === 'nifti') return { kind: 'nifti', file: await readFile(image.file, context) };
  const { stack } = image;
  const files = await Readable.from(instancesOf(stack))
    .map(async (instance: StoredFile) => [instance.key, await readFile(instance, context)] as const, {
      concurrency: readsAtOnce,
    })
    .toArray(context);
  return { kind: 'dicom', stack, files: Object.fromEntries(files as (readonly [string, FileBytes])[]) };
}

function instancesOf({ slices }: Stack): Iterable<StoredFile> {
  return new Set(slices.map(({ instance }) => instance));
}
