import type { Sequence } from '@hepastage/proto';

/** How a signal is made: the family that Scanning Sequence (0018,0020) names, or, where it is silent, that the timing leaves open. */
export type SequenceFamily = 'spin echo' | 'gradient echo' | 'echo planar';

/**
 * All that the rules know of a series, flat. Undefined is "not stated", never zero: an echo time of 0 ms in a header is an empty field, not physics.
 * Numbers that differ from image to image are represented by their median, b-values by their largest.
 */
export interface SeriesFacts {
  // What it is.
  /** Modality (0008,0060); empty where not stated. */
  readonly modality: string;
  /** The sequence that its sender says it is; unspecified where nothing was said. */
  readonly named: Sequence;
  /** More than one sample a pixel, or a photometric interpretation other than MONOCHROME1/2. */
  readonly colour: boolean;
  /** A Secondary Capture SOP class. */
  readonly secondaryCapture: boolean;
  /** MAGNITUDE, REAL, IMAGINARY, PHASE, or empty where not stated. */
  readonly component: string;
  /** Values of Image Type or Frame Type, upper case. */
  readonly imageType: ReadonlySet<string>;
  /** Recognised words of its description, protocol and sequence name, upper case. */
  readonly words: ReadonlySet<string>;
  /** Recognised words of Body Part Examined, upper case. */
  readonly bodyPart: ReadonlySet<string>;

  // How it was acquired.
  readonly family: SequenceFamily | undefined;
  readonly scanningSequence: ReadonlySet<string>;
  readonly sequenceVariant: ReadonlySet<string>;
  readonly scanOptions: ReadonlySet<string>;
  readonly repetitionTimeMs: number | undefined;
  readonly echoTimeMs: number | undefined;
  readonly inversionTimeMs: number | undefined;
  readonly flipAngleDegrees: number | undefined;
  readonly echoTrainLength: number | undefined;
  /** Largest b-value, s/mm². 0 is a value: Philips states it for every series. */
  readonly bValue: number | undefined;
  /** Acquisition Contrast (0008,9209) of enhanced objects; empty where not stated. */
  readonly acquisitionContrast: string;
  readonly fatSuppressed: boolean | undefined;
  /** A contrast agent is named. False is "not stated": many consoles leave it out. */
  readonly contrastAgent: boolean;
  /** 2 or 3. */
  readonly acquisitionDimensions: number | undefined;

  // What surrounds it in the study.
  /** Distinct echo times of otherwise equal gradient-echo acquisitions, its own included; 1 where it is alone. */
  readonly echoTimes: number;
  /** Distinct planes (axial, coronal, sagittal) that share its SeriesInstanceUID. */
  readonly planesOfSeries: number;
  /** Distinct time points that share its SeriesInstanceUID. */
  readonly timePointsOfSeries: number;
  /** Where it stands in a run of three or more equal acquisitions (a dynamic study): 0 first, 1 last. */
  readonly placeInRun: number | undefined;

  // Where it lies.
  readonly plane: 'axial' | 'coronal' | 'sagittal' | undefined;
  /** Extent of the volume along z, mm. */
  readonly coverageMm: number | undefined;
  readonly slices: number;
  readonly sliceSpacingMm: number | undefined;
  /** The larger in-plane voxel spacing, mm. */
  readonly pixelSpacingMm: number | undefined;
  /** The larger in-plane extent, mm. */
  readonly fieldOfViewMm: number | undefined;
  /** Code and message of the first SEVERE finding: why no volume can be made of it. */
  readonly unusable: { readonly code: string; readonly message: string } | undefined;
}
