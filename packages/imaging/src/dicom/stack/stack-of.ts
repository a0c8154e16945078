import { gridFindings } from '../../geometry/geometry-findings.ts';
import type { ImageFinding } from '../../volume.ts';
import type { DicomSeries, SeriesImage } from '../dicom-series.ts';
import { geometryOf } from './geometry-of.ts';
import { mosaicGeometry } from './mosaic-stack.ts';
import { type Plane, type PlaneFault, planeOf } from './plane.ts';
import { instanceFindings, statementFindings } from './series-findings.ts';
import { orderSlices } from './slice-order.ts';
import type { Stack } from './stack.ts';
import { mixedGrids, mixedOrientations } from './uniform.ts';

/** With fewer, there are no two distances to compare: nothing would show that a slice is missing. dicom2nifti asks for four. */
const slicesMin = 3;

const faults: Readonly<Record<PlaneFault, string>> = {
  MISSING_GEOMETRY:
    'do not say where they lie: Image Position, Image Orientation or Pixel Spacing is missing',
  INVALID_ATTRIBUTE: 'say impossible things of where they lie: Image Position or Image Orientation',
  INVALID_SPACING: 'have an impossible Pixel Spacing',
};

/**
 * Lays a series out in space, from Image Position and Image Orientation (Patient) alone. What prevents a volume is a SEVERE finding, the most telling
 * one first: MISSING_GEOMETRY, INVALID_ATTRIBUTE, INVALID_SPACING, UNSUPPORTED_PIXELS, MIXED_ORIENTATIONS, MIXED_GRIDS, MOSAIC_IMAGE, DUPLICATE_SLICES,
 * SLICE_GAP, TILTED_SLICES, TOO_FEW_SLICES. Two slices have a geometry beside their TOO_FEW_SLICES. k ascends along the normal (row × column); in a
 * mosaic as its tiles do.
 */
export function stackOf(series: DicomSeries): Stack {
  const { images } = series;
  const notes = instanceFindings(images);
  const without = (severe: readonly ImageFinding[]): Stack => ({
    series,
    geometry: undefined,
    slices: [],
    findings: [...severe, ...notes],
  });

  const laid = images.map(planeOf);
  const planes = laid.filter((plane) => typeof plane !== 'string');
  const unfit = [...faultFindings(laid), ...unsupportedPixels(images)];
  if (unfit.length > 0) return without(unfit);
  const mixed = [mixedOrientations(planes), mixedGrids(planes)].filter((finding) => finding !== undefined);
  if (mixed.length > 0) return without(mixed);

  const { geometry, slices, findings } = images.some(({ instance }) => instance.mosaic !== undefined)
    ? laidOutMosaic(planes)
    : laidOut(planes);
  if (geometry === undefined) return without(findings);
  return {
    series,
    geometry,
    slices,
    findings: [...findings, ...gridFindings(geometry), ...statementFindings(slices, geometry), ...notes],
  };
}

type LaidOut = Omit<Stack, 'series'>;

function laidOut(planes: readonly Plane[]): LaidOut {
  const order = orderSlices(planes);
  const slices = order.planes.map(({ image }) => image);
  // Of images that lie at one place, it is not their number that is wrong.
  const findings = [...order.findings, ...(order.findings.length === 0 ? tooFew(slices.length) : [])];
  if (order.step === undefined || order.findings.length > 0)
    return { geometry: undefined, slices: [], findings };
  const first = order.planes[0]!;
  const { columns, rows } = first.image.instance.pixels!;
  return {
    geometry: geometryOf(first, first.position, order.step, [columns, rows, slices.length]),
    slices,
    findings,
  };
}

function laidOutMosaic(planes: readonly Plane[]): LaidOut {
  const nothing = { geometry: undefined, slices: [] };
  if (planes.length > 1) {
    const message = `There are ${planes.length} Siemens mosaics, and each is a volume of its own.`;
    return {
      ...nothing,
      findings: [{ code: 'DUPLICATE_SLICES', severity: 'SEVERE', message, value: planes.length }],
    };
  }
  const [plane] = planes as [Plane];
  const { geometry, finding } = mosaicGeometry(plane);
  if (geometry === undefined) return { ...nothing, findings: [finding] };
  return { geometry, slices: [plane.image], findings: [...tooFew(geometry.dims[2]), finding] };
}

function tooFew(slices: number): ImageFinding[] {
  if (slices >= slicesMin) return [];
  const message = `The series has ${slices} slice${slices === 1 ? '' : 's'}: a volume needs at least ${slicesMin}.`;
  return [{ code: 'TOO_FEW_SLICES', severity: 'SEVERE', message, value: slices }];
}

function faultFindings(laid: readonly (Plane | PlaneFault)[]): ImageFinding[] {
  return Object.entries(faults).flatMap(([code, words]) => {
    const count = laid.filter((plane) => plane === code).length;
    const message = `Images ${words} (${count} of ${laid.length}).`;
    return count === 0 ? [] : [{ code, severity: 'SEVERE' as const, message, value: count }];
  });
}

/** Colour shows what somebody made of an image, not what was measured. */
function unsupportedPixels(images: readonly SeriesImage[]): ImageFinding[] {
  const count = images.filter(({ instance: { pixels } }) => {
    const isGrey = /^MONOCHROME[12]$/.test(pixels?.photometricInterpretation ?? '');
    return !(isGrey && pixels!.samplesPerPixel === 1 && pixels!.rows > 0 && pixels!.columns > 0);
  }).length;
  const message = `The pixels are not shades of grey (${count} of ${images.length} images).`;
  return count === 0 ? [] : [{ code: 'UNSUPPORTED_PIXELS', severity: 'SEVERE', message, value: count }];
}
