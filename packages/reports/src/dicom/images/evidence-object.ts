import type { Geometry } from '@hepastage/imaging';
import { enumName, type Sequence, SequenceSchema } from '@hepastage/proto';
import { frameOfReferenceOf, imagesOf, type ReportHeader, uidFor } from '../../report-header.ts';
import type { SourceImage } from '../../report-input.ts';
import { researchUseOnly } from '../../remarks.ts';
import { tagOf } from '../dictionary.ts';
import { seriesReferences } from '../image-reference.ts';
import type { Item } from '../item.ts';
import { commonModules } from '../modules.ts';
import { longString } from '../value-text.ts';
import { writeObject } from '../write-object.ts';
import { hottestPixel, imageType, perFrameGroups, sharedGroups } from './functional-groups.ts';
import { planesOf } from './planes.ts';

const parametricMapStorage = '1.2.840.10008.5.1.4.1.1.30';
const rowsMax = 0xff_ff;

export interface EvidenceVolume {
  readonly sequence: Sequence;
  /** Evidence for the stage, 0 to 1, on the grid of the input image, i fastest. */
  readonly heat: Float32Array;
  readonly geometry: Pick<Geometry, 'affine' | 'dims'>;
}

/**
 * The evidence for the stage as a DICOM Parametric Map on the source's frame of reference: a frame for every slice from the first with evidence to the last, each with the
 * image that it was made of. Slices below and above have none, and would be most of the object. Undefined where no slice has any. Throws INVALID_AFFINE for a
 * sheared grid, and a RangeError where heat and grid disagree.
 */
export function evidenceObject(
  header: ReportHeader,
  { sequence, heat, geometry }: EvidenceVolume,
): Uint8Array | undefined {
  const [columns, rows, slices] = geometry.dims;
  if (heat.length !== columns * rows * slices) throw new RangeError('the heat is not on the grid');
  if (Math.max(columns, rows) > rowsMax) throw new RangeError('a frame has at most 65535 rows and columns');
  const name = enumName(SequenceSchema, sequence);
  const images = imagesOf(header, sequence);
  const [first, end] = heatedSlices(heat, columns * rows);
  if (first === end) return undefined;
  // A stack that lost or gained slices on its way has no image for each.
  const sources = images.length === slices ? images.slice(first, end) : [];
  const planes = planesOf(geometry, first, end);
  return writeObject(
    {
      ...commonModules(header, {
        sopClassUid: parametricMapStorage,
        modality: 'OT',
        purpose: ['evidence', name],
        seriesNumber: 9010 + sequence,
        seriesDescription: `${name}: evidence for the stage (research use only)`,
      }),
      BodyPartExamined: 'ABDOMEN',
      FrameOfReferenceUID: frameOfReferenceOf(header, sequence),
      PositionReferenceIndicator: '',
      ...mapModule(header.stage),
      ...dimensions(header, name),
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      NumberOfFrames: String(end - first),
      Rows: rows,
      Columns: columns,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 0,
      AcquisitionContextSequence: [],
      SharedFunctionalGroupsSequence: [sharedGroups(planes, header.stage)],
      PerFrameFunctionalGroupsSequence: perFrameGroups(planes, sources),
      ...commonReferences(sources),
    },
    pixelsOf(heat.subarray(first * columns * rows, end * columns * rows)),
  );
}

/** Slices from the first with evidence up to, but without, the one after the last. */
function heatedSlices(heat: Float32Array, area: number): readonly [first: number, end: number] {
  let first = 0;
  while (first < heat.length && !(heat[first]! > 0)) first++;
  if (first === heat.length) return [0, 0];
  let last = heat.length - 1;
  while (!(heat[last]! > 0)) last--;
  return [Math.floor(first / area), Math.floor(last / area) + 1];
}

function pixelsOf(heat: Float32Array): Uint16Array {
  const pixels = new Uint16Array(heat.length);
  for (let n = 0; n < heat.length; n++) {
    const value = heat[n]!;
    // Most pixels are 0, as they are already. Adding ½ before the fraction is dropped rounds.
    if (value > 0) pixels[n] = value >= 1 ? hottestPixel : value * hottestPixel + 0.5;
  }
  return pixels;
}

/** Parametric Map Image (PS3.3, C.8.32.2). */
function mapModule(stage: string): Item {
  return {
    ImageType: imageType,
    ContentQualification: 'RESEARCH',
    ContentLabel: 'EVIDENCE',
    ContentDescription: longString(`Evidence for stage ${stage}, 0 to 1. Research use only`),
    ContentCreatorName: '',
    BurnedInAnnotation: 'NO',
    RecognizableVisualFeatures: 'NO',
    LossyImageCompression: '00',
    PresentationLUTShape: 'IDENTITY',
    PixelPresentation: 'MONOCHROME',
    ImageComments: researchUseOnly,
  };
}

/** Frames are told apart by their stack, of which there is one, and their place in it (PS3.3, C.7.6.17). */
function dimensions(header: ReportHeader, name: string): Item {
  const uid = uidFor(header, 'dimensions', name);
  const index = (keyword: 'StackID' | 'InStackPositionNumber'): Item => ({
    DimensionOrganizationUID: uid,
    DimensionIndexPointer: attributeTag(keyword),
    FunctionalGroupPointer: attributeTag('FrameContentSequence'),
  });
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: uid }],
    DimensionOrganizationType: '3D',
    DimensionIndexSequence: [index('StackID'), index('InStackPositionNumber')],
  };
}

function attributeTag(keyword: Parameters<typeof tagOf>[0]): number {
  return Number.parseInt(tagOf(keyword), 16);
}

function commonReferences(images: readonly SourceImage[]): Item {
  if (images.length === 0) return {};
  return { ReferencedSeriesSequence: seriesReferences(images, 'ReferencedInstanceSequence') };
}
