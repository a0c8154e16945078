import { numberOf, textOf } from '@hepastage/dicom';
import { DicomFrame_Component as Component } from '@hepastage/proto';
import { first, type FrameSource } from './functional-groups.ts';

/** Complex Image Component (DICOM PS3.3, C.8.13.3.1.2). MIXED says nothing of a frame. */
const ofStandard: Readonly<Record<string, Component>> = {
  MAGNITUDE: Component.MAGNITUDE,
  REAL: Component.REAL,
  IMAGINARY: Component.IMAGINARY,
  PHASE: Component.PHASE,
};

/** GE's raw data type, private (0043,102F). */
const ofGe: readonly Component[] = [
  Component.MAGNITUDE,
  Component.PHASE,
  Component.REAL,
  Component.IMAGINARY,
];

/** Values of Image Type from the third on: Siemens' `M`, Philips' `M_FFE`, and names in full. */
const ofImageType: Readonly<Record<string, Component>> = {
  ...ofStandard,
  M: Component.MAGNITUDE,
  R: Component.REAL,
  I: Component.IMAGINARY,
  P: Component.PHASE,
  'PHASE MAP': Component.PHASE,
};
/** Philips: component and sequence. */
const componentAndSequence = /^([MRIP])_(?:FFE|TFE|SE|TSE|IR|PCA|EPI|GRASE|B0|B1)$/;

/** What part of the complex signal the frame shows. */
export function componentOf(source: FrameSource, imageType: readonly string[]): Component {
  const standard = first(
    source,
    'MRImageFrameTypeSequence',
    (dataSet) => ofStandard[textOf(dataSet, 'ComplexImageComponent')],
  );
  return standard ?? ofGe[numberOf(source.object, 'GeRawDataType') ?? -1] ?? componentOfType(imageType);
}

function componentOfType(imageType: readonly string[]): Component {
  for (const value of imageType.slice(2)) {
    const component = ofImageType[componentAndSequence.exec(value)?.[1] ?? value];
    if (component !== undefined) return component;
  }
  return Component.UNSPECIFIED;
}
