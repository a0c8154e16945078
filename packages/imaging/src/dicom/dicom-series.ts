import type { DicomFrame, DicomInstance, Sequence } from '@hepastage/proto';

/** One image of a series: a frame of an instance. */
export interface SeriesImage {
  readonly instance: DicomInstance;
  /** Index into the instance's frames. */
  readonly index: number;
  readonly frame: DicomFrame;
}

/**
 * Images that belong to one volume: those of one SeriesInstanceUID, split where echo, component, time point or orientation set them apart. In no
 * particular order.
 */
export interface DicomSeries {
  readonly seriesInstanceUid: string;
  readonly seriesNumber: number;
  /** Which of the series that share the SeriesInstanceUID, from 1. */
  readonly part: number;
  /** What sets it apart from those, e.g. `echo time 2.3 ms`; empty for a lone one. */
  readonly partName: string;
  /** Recognised words of its description, upper case. */
  readonly words: readonly string[];
  /** What its sender says that it is; unspecified where series are to be selected. */
  readonly sequence: Sequence;
  /** At least one. */
  readonly images: readonly SeriesImage[];
}
