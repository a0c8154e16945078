import { hepastageCodes } from '../../coding/hepastage-codes.ts';
import { dcm, noUnits, sct } from '../../coding/standard-codes.ts';
import type { SourceImage } from '../../report-input.ts';
import { codeItem } from '../code-item.ts';
import { imageReference } from '../image-reference.ts';
import type { Item } from '../item.ts';
import { decimalString, longString } from '../value-text.ts';
import type { Planes } from './planes.ts';

/** The pixel that stands for 1. Pixels have 16 bits: half of what floats take, and 65536 levels are far more than the evidence has. */
export const hottestPixel = 0xff_ff;

export const imageType = ['DERIVED', 'PRIMARY', 'VOLUME', 'QUANTITY'] as const;
/** All frames lie in one stack. */
const stack = '1';

/** What holds for every frame (PS3.3, C.7.6.16). */
export function sharedGroups(planes: Planes, stage: string): Item {
  return {
    PixelMeasuresSequence: [
      {
        PixelSpacing: planes.pixelSpacingMm.map(decimalString),
        SliceThickness: decimalString(planes.sliceSpacingMm),
      },
    ],
    PlaneOrientationSequence: [{ ImageOrientationPatient: planes.orientation.map(decimalString) }],
    FrameAnatomySequence: [{ FrameLaterality: 'U', AnatomicRegionSequence: [codeItem(sct.abdomen)] }],
    PixelValueTransformationSequence: [{ RescaleIntercept: '0', RescaleSlope: '1', RescaleType: 'US' }],
    FrameVOILUTSequence: [
      {
        WindowCenter: decimalString(hottestPixel / 2),
        WindowWidth: String(hottestPixel),
        VOILUTFunction: 'LINEAR_EXACT',
      },
    ],
    RealWorldValueMappingSequence: [evidenceMapping(stage)],
    ParametricMapFrameTypeSequence: [{ FrameType: imageType }],
  };
}

/** What pixels mean: evidence from 0 to 1, without unit. */
function evidenceMapping(stage: string): Item {
  return {
    RealWorldValueFirstValueMapped: 0,
    RealWorldValueLastValueMapped: hottestPixel,
    RealWorldValueIntercept: 0,
    RealWorldValueSlope: 1 / hottestPixel,
    LUTExplanation: longString(`Evidence for stage ${stage}`),
    LUTLabel: 'EVIDENCE',
    MeasurementUnitsCodeSequence: [codeItem(noUnits)],
    QuantityDefinitionSequence: [
      {
        ValueType: 'CODE',
        ConceptNameCodeSequence: [codeItem(sct.quantity)],
        ConceptCodeSequence: [codeItem(hepastageCodes.evidence)],
      },
    ],
  };
}

/** One item for every slice: its place, and the image that it was made of. */
export function perFrameGroups({ positionsMm }: Planes, images: readonly SourceImage[]): Item[] {
  return positionsMm.map((position, k) => ({
    FrameContentSequence: [
      { StackID: stack, InStackPositionNumber: k + 1, DimensionIndexValues: [1, k + 1] },
    ],
    PlanePositionSequence: [{ ImagePositionPatient: position.map(decimalString) }],
    ...derivation(images[k]),
  }));
}

function derivation(image: SourceImage | undefined): Item {
  if (image === undefined) return {};
  return {
    DerivationImageSequence: [
      {
        DerivationCodeSequence: [codeItem(hepastageCodes.evidence)],
        SourceImageSequence: [
          {
            ...imageReference([image]),
            PurposeOfReferenceCodeSequence: [codeItem(dcm.sourceImage)],
            SpatialLocationsPreserved: 'YES',
          },
        ],
      },
    ],
  };
}
