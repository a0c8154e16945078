import { DicomFrame_Component as Component, type DicomFrame } from '@hepastage/proto';
import { clustersBy } from './cluster.ts';
import type { SeriesImage } from '../dicom-series.ts';
import { type Group, shown, type Split } from './part.ts';

/** Echo times closer than this, and than a fiftieth, are one: what scanners shift between slices, ms. */
const echoTimeToleranceMs = 0.1;
const echoTimeToleranceRatio = 0.02;
/** s/mm²: b-values are set in steps of 10 or more. */
const bValueTolerance = 1;
const inversionTimeToleranceMs = 1;

const componentNames: ReadonlyMap<Component, string> = new Map([
  [Component.MAGNITUDE, 'magnitude'],
  [Component.REAL, 'real'],
  [Component.IMAGINARY, 'imaginary'],
  [Component.PHASE, 'phase'],
  [Component.UNSPECIFIED, 'component not stated'],
]);

export const byComponent: Split = (images) =>
  [...componentNames].flatMap(([component, name]) =>
    group(
      name,
      images.filter(({ frame }) => frame.component === component),
    ),
  );

/** Values of Image Type that tell how an image was corrected or stored, not what it shows; and those that number it. */
const insignificant: ReadonlySet<string> = new Set([
  '',
  'NONE',
  'OTHER',
  'ND',
  'NORM',
  'FM',
  'FIL',
  'FILTERED',
  'DIS2D',
  'DIS3D',
  'PURE',
  'SCIC',
  'CLEAR',
  'MFSPLIT',
]);
const numbered = /\d{2}/;
/** Values that may be told by name: the others might be anything. */
const nameable =
  /^(?:ADC|EADC|TRACEW?|ISOTROPIC|DIFFUSION|FA|SUB|SUBTRACTION|MIP|MINIP|MPR|(?:MAX|MIN)_IP|PROJECTION IMAGE|LOCALIZER|WATER|FAT|W|F|IP|OP|IN_PHASE|OUT_PHASE|OPP_PHASE|FIELD_MAP|B0 MAP|FF|FAT_FRACTION|[RT][12](?:_STAR|\*)?[ _]MAP|DERIVED|MEAN|PERFUSION)$/;

/** By whether they are derived, and by what Image Type says from its third value on. Named by what only some of them have. */
export const byImageType: Split = (images) => {
  const groups = Map.groupBy(images, ({ frame }) => significant(frame).join('\\'));
  const sorted = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => ({ values: key.split('\\'), members }));
  const groupsWith = countsOf(sorted.flatMap(({ values }) => [...new Set(values)]));
  return sorted.map(({ values, members }, n) => {
    const telling = values.filter((value) => nameable.test(value) && groupsWith.get(value)! < sorted.length);
    const name =
      telling.length > 0 ? telling.join(' ').replaceAll('_', ' ').toLowerCase() : `image type ${n + 1}`;
    return { name, images: members };
  });
};

function countsOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function significant({ imageType: [origin = '', , ...values] }: DicomFrame): string[] {
  const told = values.filter((value) => !insignificant.has(value) && !numbered.test(value));
  return origin === 'DERIVED' ? [origin, ...told] : told;
}

export const byEchoTime = byNumber(
  ({ frame }) => frame.echoTimeMs,
  (value) => Math.max(echoTimeToleranceMs, echoTimeToleranceRatio * value),
  (value) => `echo time ${value} ms`,
  'echo time not stated',
);

export const byBValue = byNumber(
  ({ frame }) => frame.bValue,
  () => bValueTolerance,
  (value) => `b-value ${value} s/mm²`,
  'b-value not stated',
);

export const byInversionTime = byNumber(
  ({ frame }) => frame.inversionTimeMs,
  () => inversionTimeToleranceMs,
  (value) => `inversion time ${value} ms`,
  'inversion time not stated',
);

function byNumber(
  valueOf: (image: SeriesImage) => number | undefined,
  tolerance: (value: number) => number,
  name: (value: string) => string,
  withoutName: string,
): Split {
  return (images) =>
    clustersBy(images, valueOf, tolerance).map(({ value, members }) => ({
      name: value === undefined ? withoutName : name(shown(value)),
      images: members,
    }));
}

function group(name: string, images: readonly SeriesImage[]): Group[] {
  return images.length === 0 ? [] : [{ name, images }];
}
