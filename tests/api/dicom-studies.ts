import {
  buildDicom,
  type BuildOptions,
  type BuiltElement,
} from '../../packages/dicom/src/testing/dicom-builder.ts';
import { mrObject } from '../../packages/dicom/src/testing/mr-object.ts';
import { zipFile, type ZipPart } from '../../packages/platform/src/archive/testing/zip-file.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** A small MR object as a file; `changes` replaces some of its elements. */
export function slice(number = 1, changes: readonly BuiltElement[] = [], options: BuildOptions = {}): Bytes {
  const byTag = Object.fromEntries(changes.map((element) => [element.tag, element]));
  return new Uint8Array(buildDicom(mrObject(number, byTag), options));
}

/** A zip of these files. */
export function zipOf(...files: readonly (Uint8Array | ZipPart)[]): Bytes {
  const parts = files.map((file, n) =>
    file instanceof Uint8Array ? { name: `study/IM${n}`, content: Buffer.from(file) } : file,
  );
  return new Uint8Array(zipFile(...parts));
}
