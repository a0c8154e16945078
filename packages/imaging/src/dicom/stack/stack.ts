import type { Geometry, ImageFinding } from '../../volume.ts';
import type { DicomSeries, SeriesImage } from '../dicom-series.ts';

/** A series laid out in space, from its headers alone. */
export interface Stack {
  readonly series: DicomSeries;
  /**
   * Undefined where no volume can be made of the series. There may be one beside a SEVERE finding: a stack of two slices can be converted, but not
   * staged.
   */
  readonly geometry: Geometry | undefined;
  /** One for each k of the geometry, in this order. Of a mosaic its one image, which holds all slices. Empty without a geometry. */
  readonly slices: readonly SeriesImage[];
  readonly findings: readonly ImageFinding[];
}
