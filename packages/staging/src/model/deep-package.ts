import type { ModelManifest } from '@hepastage/proto';
import { assertPromises } from './deep-promises.ts';
import { type GoldenCase, parseGoldenCase } from './golden-case.ts';
import { invalidPackage, type PackageFiles } from './package-files.ts';

/** Slice encoders and a stager, whose files are all there and unaltered. */
export interface DeepPackage {
  readonly kind: 'DEEP';
  readonly manifest: ModelManifest;
  /** SHA-256 of manifest.json, lower-case hexadecimal. */
  readonly sha256: string;
  /** ONNX graphs by file name. */
  readonly graphs: ReadonlyMap<string, Uint8Array>;
  readonly golden: GoldenCase;
}

/** Throws INVALID_MODEL. */
export function readDeepPackage({ folder, manifest, sha256, file }: PackageFiles): DeepPackage {
  if (
    manifest.stages.length < 2 ||
    manifest.sequences.some(({ preprocessing }) => preprocessing === undefined)
  ) {
    throw invalidPackage(folder, {
      what: 'manifest.json lacks stages or a sequence lacks its preprocessing',
    });
  }
  const golden = parseGoldenCase(new TextDecoder().decode(file(manifest.golden)));
  assertPromises(manifest, golden, folder);
  const graphNames = [manifest.stager, ...manifest.sequences.map(({ encoder }) => encoder)];
  return {
    kind: 'DEEP',
    manifest,
    sha256,
    graphs: new Map(graphNames.map((name) => [name, file(name)])),
    golden,
  };
}
