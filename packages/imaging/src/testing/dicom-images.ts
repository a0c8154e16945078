import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type DicomFrameSchema,
  DicomInstanceSchema,
  type PixelFormatSchema,
  Sequence,
} from '@hepastage/proto';
import type { DicomSeries } from '../dicom/dicom-series.ts';

type FrameInit = Exclude<MessageInitShape<typeof DicomFrameSchema>, { $typeName: string }>;
type InstanceInit = Exclude<MessageInitShape<typeof DicomInstanceSchema>, { $typeName: string }>;

/** Images to build. What is left out is a plain axial stack: 4×3 pixels of 1.5 mm, 16 bits, unsigned, 5 mm from slice to slice. */
export interface SeriesSpec {
  /** Slices, if `positions` does not say. */
  readonly slices?: number;
  readonly positions?: readonly (readonly number[])[];
  readonly frame?: FrameInit;
  readonly instance?: InstanceInit;
  readonly pixels?: Exclude<MessageInitShape<typeof PixelFormatSchema>, { $typeName: string }>;
  /** Replaces fields of the n-th image. */
  readonly image?: (n: number) => Replacement;
}

interface Replacement {
  readonly frame?: FrameInit;
  readonly instance?: InstanceInit;
}

/** A series of classic instances, one image each. */
export function buildSeries(spec: SeriesSpec = {}): DicomSeries {
  const { slices = 6 } = spec;
  const positions = spec.positions ?? Array.from({ length: slices }, (_, n) => [-100, -80, 40 + 5 * n]);
  const images = positions.map((positionMm, n) => {
    const own = spec.image?.(n) ?? {};
    const frame: FrameInit = {
      positionMm: [...positionMm],
      orientation: [1, 0, 0, 0, 1, 0],
      pixelSpacingMm: [1.5, 1.5],
      slope: 1,
      intercept: 0,
      ...spec.frame,
      ...own.frame,
    };
    const instance = create(DicomInstanceSchema, {
      sopInstanceUid: `2.25.${n + 1}`,
      seriesInstanceUid: '2.25.1000',
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      modality: 'MR',
      instanceNumber: n + 1,
      pixels: {
        rows: 3,
        columns: 4,
        samplesPerPixel: 1,
        photometricInterpretation: 'MONOCHROME2',
        bitsAllocated: 16,
        bitsStored: 16,
        highBit: 15,
        ...spec.pixels,
      },
      frames: [frame],
      ...spec.instance,
      ...own.instance,
    });
    return { instance, index: 0, frame: instance.frames[0]! };
  });
  return seriesOfImages(images);
}

export function seriesOfImages(images: DicomSeries['images']): DicomSeries {
  return {
    seriesInstanceUid: '2.25.1000',
    seriesNumber: 1,
    part: 1,
    partName: '',
    words: [],
    sequence: Sequence.SEQUENCE_UNSPECIFIED,
    images,
  };
}

/** The same in another order (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let n = order.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other]!, order[n]!];
  }
  return order;
}
