import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Geometry, ImageFinding, Stack } from '@hepastage/imaging';
import {
  DicomFrame_Component,
  DicomFrameSchema,
  DicomInstanceSchema,
  PixelFormatSchema,
  Sequence,
} from '@hepastage/proto';

type Plane = 'axial' | 'coronal' | 'sagittal';

/** A series as a scanner would send it. What is left out is not stated; geometry is that of an abdomen. */
export interface SeriesDraft {
  readonly number?: number;
  readonly uid?: string;
  readonly part?: number;
  /** Recognised words, in one string. */
  readonly words?: string;
  readonly bodyPart?: string;
  readonly modality?: string;
  readonly sopClassUid?: string;
  readonly samplesPerPixel?: number;
  readonly named?: Sequence;
  readonly component?: keyof typeof DicomFrame_Component;
  readonly tr?: number;
  readonly te?: number;
  readonly ti?: number;
  readonly fa?: number;
  readonly etl?: number;
  readonly b?: number;
  /** Scanning Sequence, Sequence Variant, Scan Options, Image Type with backslashes, as in DICOM. */
  readonly ss?: string;
  readonly sv?: string;
  readonly so?: string;
  readonly type?: string;
  readonly contrast?: string;
  readonly fs?: boolean;
  readonly agent?: boolean;
  readonly dims?: 2 | 3;
  readonly time?: number;
  readonly plane?: Plane;
  readonly slices?: number;
  /** Distance of slices, mm. */
  readonly step?: number;
  readonly matrix?: number;
  /** Side of the square image, mm. */
  readonly fov?: number;
  readonly findings?: readonly ImageFinding[];
}

const directions: Readonly<Record<Plane, readonly [number[], number[], number[]]>> = {
  axial: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  coronal: [
    [1, 0, 0],
    [0, 0, -1],
    [0, 1, 0],
  ],
  sagittal: [
    [0, 1, 0],
    [0, 0, -1],
    [1, 0, 0],
  ],
};

const values = (text: string | undefined): string[] => (text === undefined ? [] : text.split('\\'));

/** The stack that imaging would make of it. */
export function stackOf(draft: SeriesDraft): Stack {
  const { number = 1, plane = 'axial', slices = 60, step = 4, matrix = 320, fov = 380 } = draft;
  const [row, column, normal] = directions[plane];
  const uid = draft.uid ?? `2.25.${number}`;
  const pixels = create(PixelFormatSchema, {
    rows: matrix,
    columns: matrix,
    samplesPerPixel: draft.samplesPerPixel ?? 1,
    photometricInterpretation: draft.samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
  });
  const images = Array.from({ length: slices }, (_, index) => {
    const frame = create(DicomFrameSchema, {
      ...frameOf(draft),
      orientation: [...row, ...column],
      positionMm: normal.map((cosine) => cosine * index * step),
      pixelSpacingMm: [fov / matrix, fov / matrix],
    });
    const instance = create(DicomInstanceSchema, {
      sopInstanceUid: `${uid}.${draft.part ?? 1}.${index}`,
      seriesInstanceUid: uid,
      sopClassUid: draft.sopClassUid ?? '1.2.840.10008.5.1.4.1.1.4',
      modality: draft.modality ?? 'MR',
      bodyPart: draft.bodyPart ?? '',
      seriesNumber: number,
      pixels,
      frames: [frame],
    });
    return { instance, index: 0, frame };
  });
  const findings = draft.findings ?? [];
  const usable = findings.every(({ severity }) => severity !== 'SEVERE');
  return {
    series: {
      seriesInstanceUid: uid,
      seriesNumber: number,
      part: draft.part ?? 1,
      partName: '',
      words: draft.words === undefined ? [] : draft.words.split(' '),
      sequence: draft.named ?? Sequence.SEQUENCE_UNSPECIFIED,
      images,
    },
    geometry: usable
      ? geometryOf(plane, [fov / matrix, fov / matrix, step], [matrix, matrix, slices])
      : undefined,
    slices: usable ? images : [],
    findings,
  };
}

function frameOf(draft: SeriesDraft): MessageInitShape<typeof DicomFrameSchema> {
  const numbers = {
    repetitionTimeMs: draft.tr,
    echoTimeMs: draft.te,
    inversionTimeMs: draft.ti,
    flipAngleDegrees: draft.fa,
    echoTrainLength: draft.etl,
    bValue: draft.b,
    fatSuppressed: draft.fs,
    acquisitionDimensions: draft.dims,
    temporalPosition: draft.time,
  };
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
    slope: 1,
    component: DicomFrame_Component[draft.component ?? 'UNSPECIFIED'],
    scanningSequence: values(draft.ss),
    sequenceVariant: values(draft.sv),
    scanOptions: values(draft.so),
    imageType: values(draft.type ?? 'ORIGINAL\\PRIMARY'),
    acquisitionContrast: draft.contrast ?? '',
    contrastAgent: draft.agent ?? false,
  };
}

function geometryOf(
  plane: Plane,
  spacing: readonly [number, number, number],
  dims: readonly [number, number, number],
): Geometry {
  const columns = directions[plane].map((cosines, axis) => cosines.map((cosine) => cosine * spacing[axis]!));
  const affine = [0, 1, 2].flatMap((world) => [
    ...columns.map((vector) => (world === 2 ? vector[world]! : 0 - vector[world]!)),
    0,
  ]);
  return { dims, spacing, affine: [...affine, 0, 0, 0, 1], affineSource: 'dicom', orientation: 'LPS' };
}
