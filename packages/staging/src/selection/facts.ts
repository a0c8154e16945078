import type { Geometry, Stack } from '@hepastage/imaging';
import {
  type DicomFrame,
  DicomFrame_Component,
  DicomFrame_ComponentSchema,
  enumName,
} from '@hepastage/proto';
import type { SequenceFamily, SeriesFacts } from './series-facts.ts';
import { planeOf } from './plane.ts';

/** Facts of a series by itself; those of its surroundings come from `study-facts.ts`. */
export type OwnFacts = Omit<
  SeriesFacts,
  'echoTimes' | 'planesOfSeries' | 'timePointsOfSeries' | 'placeInRun'
>;

/** Below, no spin echo fits between two excitations of a clinical scanner, ms. */
const spinEchoRepetitionTimeMsMin = 20;

/** What a series says of itself. */
export function ownFactsOf({ series, geometry, findings }: Stack): OwnFacts {
  const { images } = series;
  const frames = images.map(({ frame }) => frame);
  const instances = [...new Set(images.map(({ instance }) => instance))];
  const stated = (read: (frame: DicomFrame) => number | undefined): number | undefined =>
    median(frames.map(read).filter((value) => value !== undefined && value > 0) as number[]);
  const terms = (read: (frame: DicomFrame) => readonly string[]): ReadonlySet<string> =>
    new Set(
      frames
        .flatMap((frame) => read(frame))
        .map((term) => term.trim().toUpperCase())
        .filter(Boolean),
    );

  const scanningSequence = terms((frame) => frame.scanningSequence);
  const scanOptions = terms((frame) => frame.scanOptions);
  const repetitionTimeMs = stated((frame) => frame.repetitionTimeMs);
  const severe = findings.find(({ severity }) => severity === 'SEVERE');
  return {
    modality: instances.find(({ modality }) => modality !== '')?.modality ?? '',
    named: series.sequence,
    colour: instances.some(({ pixels }) => pixels !== undefined && isColour(pixels)),
    secondaryCapture: instances.some(({ sopClassUid }) => sopClassUid.startsWith(secondaryCaptureClasses)),
    component: componentOf(frames),
    imageType: terms((frame) => frame.imageType),
    words: new Set(series.words),
    bodyPart: new Set(
      instances.flatMap(({ bodyPart }) => bodyPart.toUpperCase().split(/[^A-Z0-9]+/)).filter(Boolean),
    ),
    family: familyOf(scanningSequence, repetitionTimeMs),
    scanningSequence,
    sequenceVariant: terms((frame) => frame.sequenceVariant),
    scanOptions,
    repetitionTimeMs,
    echoTimeMs: stated((frame) => frame.echoTimeMs),
    inversionTimeMs: stated((frame) => frame.inversionTimeMs),
    flipAngleDegrees: stated((frame) => frame.flipAngleDegrees),
    echoTrainLength: stated((frame) => frame.echoTrainLength),
    bValue: largest(frames.map((frame) => frame.bValue)),
    acquisitionContrast: frames.find((frame) => frame.acquisitionContrast !== '')?.acquisitionContrast ?? '',
    fatSuppressed:
      scanOptions.has('FS') || frames.find((frame) => frame.fatSuppressed !== undefined)?.fatSuppressed,
    contrastAgent: frames.some(({ contrastAgent }) => contrastAgent),
    acquisitionDimensions: stated((frame) => frame.acquisitionDimensions),
    plane: planeOf(frames),
    slices: geometry?.dims[2] ?? images.length,
    ...extents(geometry),
    unusable: severe ?? (geometry === undefined ? noGeometry : undefined),
  };
}

/** Of a series that gives no volume and no reason. */
const noGeometry = { code: 'MISSING_GEOMETRY', message: 'No volume can be made of its images.' };

/** Secondary Capture Image Storage and its multi-frame variants (DICOM PS3.4, annex B). */
const secondaryCaptureClasses = '1.2.840.10008.5.1.4.1.1.7';

function isColour(pixels: { samplesPerPixel: number; photometricInterpretation: string }): boolean {
  return pixels.samplesPerPixel > 1 || !/^(MONOCHROME[12])?$/.test(pixels.photometricInterpretation);
}

/** The first stated component that is no magnitude, else what is stated. */
function componentOf(frames: readonly DicomFrame[]): string {
  const stated = frames
    .map(({ component }) => component)
    .filter((value) => value !== DicomFrame_Component.UNSPECIFIED);
  const shown = stated.find((value) => value !== DicomFrame_Component.MAGNITUDE) ?? stated[0];
  return shown === undefined ? '' : enumName(DicomFrame_ComponentSchema, shown);
}

/** DICOM PS3.3, C.8.3.1: SE, IR, GR, EP, RM, several at once. A GRaSE (SE and GR) forms its contrast as a spin echo. */
function familyOf(
  scanningSequence: ReadonlySet<string>,
  repetitionTimeMs: number | undefined,
): SequenceFamily | undefined {
  if (scanningSequence.has('EP')) return 'echo planar';
  if (scanningSequence.has('SE')) return 'spin echo';
  if (scanningSequence.has('GR')) return 'gradient echo';
  if (repetitionTimeMs !== undefined && repetitionTimeMs < spinEchoRepetitionTimeMsMin)
    return 'gradient echo';
  return undefined;
}

function extents(
  geometry: Geometry | undefined,
): Pick<SeriesFacts, 'coverageMm' | 'sliceSpacingMm' | 'pixelSpacingMm' | 'fieldOfViewMm'> {
  if (geometry === undefined)
    return {
      coverageMm: undefined,
      sliceSpacingMm: undefined,
      pixelSpacingMm: undefined,
      fieldOfViewMm: undefined,
    };
  const { dims, spacing, affine } = geometry;
  // Row 2 of the row-major affine: how far each voxel axis climbs along z.
  const climbs = dims.map((count, axis) => count * Math.abs(affine[8 + axis]!));
  return {
    coverageMm: climbs.reduce((sum, climb) => sum + climb, 0),
    sliceSpacingMm: spacing[2],
    pixelSpacingMm: Math.max(spacing[0], spacing[1]),
    fieldOfViewMm: Math.max(dims[0] * spacing[0], dims[1] * spacing[1]),
  };
}

/** The lower median: always a value that is stated. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce(
    (most, value) => (value === undefined || (most !== undefined && most >= value) ? most : value),
    undefined,
  );
}
