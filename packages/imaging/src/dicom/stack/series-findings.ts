import { transferSyntaxOf } from '@hepastage/dicom';
import { spacingDifferenceMax } from '../../geometry/geometry-findings.ts';
import type { Geometry, ImageFinding } from '../../volume.ts';
import type { SeriesImage } from '../dicom-series.ts';

type Images = readonly SeriesImage[];

/** What a reader of the result should know about how the images were made and written. */
export function instanceFindings(images: Images): ImageFinding[] {
  return [burnedIn(images), overlay(images), metaHeader(images), lossy(images)].filter(isFinding);
}

/** What the files state about the slices, against what was measured. */
export function statementFindings(images: Images, geometry: Geometry): ImageFinding[] {
  return [contradicted(images, geometry), overlap(images, geometry)].filter(isFinding);
}

function isFinding(finding: ImageFinding | undefined): finding is ImageFinding {
  return finding !== undefined;
}

function burnedIn(images: Images): ImageFinding | undefined {
  const count = countOf(images, ({ instance }) => instance.burnedInAnnotation);
  return found('BURNED_IN_ANNOTATION', 'WARNING', 'Text is written into the pixels of some images.', count);
}

function overlay(images: Images): ImageFinding | undefined {
  const count = countOf(images, ({ instance }) => instance.overlay);
  return found('OVERLAY_REMOVED', 'INFO', 'Some images came with an overlay, which was left out.', count);
}

function metaHeader(images: Images): ImageFinding | undefined {
  const count = countOf(images, ({ instance }) => instance.missingMetaHeader);
  const message =
    'Some files have no meta header: how they are written was found out from their first element.';
  return found('MISSING_META_HEADER', 'INFO', message, count);
}

function lossy(images: Images): ImageFinding | undefined {
  const count = countOf(images, ({ instance }) => {
    const codec = transferSyntaxOf(instance.transferSyntaxUid)?.pixels;
    return codec === 'jpeg-baseline' || codec === 'jpeg-extended';
  });
  return found('LOSSY_COMPRESSION', 'WARNING', 'Some images were compressed with a loss.', count);
}

function countOf(images: Images, has: (image: SeriesImage) => boolean): number {
  return images.filter(has).length;
}

function found(
  code: string,
  severity: 'INFO' | 'WARNING',
  message: string,
  value: number,
): ImageFinding | undefined {
  return value === 0 ? undefined : { code, severity, message, value };
}

function contradicted(images: Images, { spacing: [, , step] }: Geometry): ImageFinding | undefined {
  const worst = images.reduce((most, { frame: { spacingBetweenSlicesMm: stated } }) => {
    // Some scanners give the direction a sign.
    return stated === undefined ? most : Math.max(most, Math.abs(Math.abs(stated) - step) / step);
  }, 0);
  if (worst <= spacingDifferenceMax) return undefined;
  return {
    code: 'SPACING_CONTRADICTION',
    severity: 'WARNING',
    message: 'The stated spacing between slices contradicts their positions: the positions were used.',
    value: worst,
  };
}

/** Slices of 3-D acquisitions are often interpolated to twice their number. */
function overlap(images: Images, { spacing: [, , step] }: Geometry): ImageFinding | undefined {
  const thickness = images.reduce((most, { frame }) => Math.max(most, frame.sliceThicknessMm ?? 0), 0);
  if (thickness <= step * (1 + spacingDifferenceMax)) return undefined;
  return {
    code: 'SLICE_OVERLAP',
    severity: 'INFO',
    message: 'The slices are thicker than they lie apart: neighbours share tissue (mm).',
    value: thickness - step,
  };
}
