import {
  decodeNifti,
  type Geometry,
  type ImageEncoding,
  type ImageFinding,
  type ImageKind,
  type ImageLimits,
  type IntensitySummary,
  summarizeIntensity,
} from '@hepastage/imaging';
import { HepastageError } from '@hepastage/proto';

/** What a file holds, or why it is refused. */
export type FileReport = { readonly file: string } & (
  | {
      readonly accepted: true;
      readonly encoding: ImageEncoding & { readonly slope: number; readonly intercept: number };
      readonly geometry: Geometry;
      readonly intensity: IntensitySummary;
      readonly findings: readonly ImageFinding[];
    }
  | { readonly accepted: false; readonly code: string; readonly message: string }
);

/** Looks at a file as the service would. Throws nothing that is the file's own fault. */
export function reportOn(file: string, bytes: Uint8Array, kind: ImageKind, limits: ImageLimits): FileReport {
  try {
    const volume = decodeNifti(bytes, limits, kind);
    const { encoding, slope, intercept, dims, spacing, affine, affineSource, orientation, findings } = volume;
    return {
      file,
      accepted: true,
      encoding: { ...encoding, slope, intercept },
      geometry: { dims, spacing, affine, affineSource, orientation },
      intensity: summarizeIntensity(volume),
      findings,
    };
  } catch (error) {
    if (!(error instanceof HepastageError)) throw error;
    return refusedFile(file, error);
  }
}

export function refusedFile(file: string, { codeName: code, message }: HepastageError): FileReport {
  return { file, accepted: false, code, message };
}
