import type { QualityMeasures } from './measures.ts';

/** A threshold that depends on the sequence. */
interface BySequence {
  readonly t1w: number;
  readonly t2w: number;
}

/** What is made of one measure. */
export interface QualityRule {
  /** With `severe`, the name of an ErrorCode. */
  readonly code: string;
  readonly measure: keyof QualityMeasures;
  /** Which side of the thresholds is bad. */
  readonly bad: 'above' | 'below';
  /** In the measure's own unit: the result may be biased beyond it. */
  readonly warning: number | BySequence;
  /** Beyond it nobody could read the image: it is not staged. Absent where the measure alone can't say so. */
  readonly severe?: number;
  /** True where the measure needs to know how the patient lay: without a spatial reference it can't be severe. */
  readonly inPatient: boolean;
  /** Says the number to people: the first half of a sentence. */
  readonly says: (value: string) => string;
  readonly unit: 'mm' | '%' | '';
  /** Why the thresholds are where they are. */
  readonly reason: string;
}

/**
 * The thresholds of the quality gate, most telling first: the first severe finding becomes the job's error. CirrMRI600+ is what models are trained on: 310
 * T1W and 318 T2W volumes, whose grids were all measured.
 */
export const qualityRules: readonly QualityRule[] = [
  {
    code: 'INSUFFICIENT_RESOLUTION',
    measure: 'inPlaneMm',
    bad: 'above',
    warning: { t1w: 2, t2w: 1.5 },
    severe: 5,
    inPatient: false,
    says: (value) => `Pixels are ${value} wide`,
    unit: 'mm',
    reason:
      'CirrMRI600+ has 0.78 to 1.95 mm (T1W) and 0.59 to 1.41 mm (T2W). At 5 mm a nodule of 10 mm is two pixels: neither surface nor texture can be seen.',
  },
  {
    code: 'SLICES_TOO_FAR_APART',
    measure: 'sliceSpacingMm',
    bad: 'above',
    warning: { t1w: 9.5, t2w: 10.5 },
    severe: 20,
    inPatient: false,
    says: (value) => `Slices lie ${value} apart`,
    unit: 'mm',
    reason:
      'CirrMRI600+ has 1.5 to 9.1 mm (T1W) and 4 to 10 mm (T2W). At 20 mm a liver has some seven slices, as in a localizer.',
  },
  {
    code: 'INSUFFICIENT_COVERAGE',
    measure: 'lengthMm',
    bad: 'below',
    warning: 150,
    severe: 50,
    inPatient: true,
    says: (value) => `The image shows ${value} of the body from foot to head`,
    unit: 'mm',
    reason: 'CirrMRI600+ has at least 162 mm; a normal liver is up to 160 mm high. 50 mm is a third of one.',
  },
  {
    code: 'INSUFFICIENT_COVERAGE',
    measure: 'acrossMm',
    bad: 'below',
    warning: 120,
    severe: 50,
    inPatient: true,
    says: (value) => `The image shows ${value} of the body from side to side or from back to front`,
    unit: 'mm',
    reason:
      'Axial images show the whole body; coronal and sagittal ones may be thin slabs, of which 120 mm hold most of a liver and 50 mm a third.',
  },
  {
    code: 'LOW_SIGNAL_TO_NOISE',
    measure: 'signalToNoise',
    bad: 'below',
    warning: 5,
    severe: 2.1,
    inPatient: false,
    says: (value) => `Signal is ${value} times the noise`,
    unit: '',
    reason:
      'Rose: what is to be recognised must exceed noise five times. Real abdomens at hand measure 13 to 60, phantoms 8 to 25; noise alone 1.8 to 1.9, tissue of twice the noise 2.0 to 2.1.',
  },
  {
    code: 'SATURATED_IMAGE',
    measure: 'saturatedShare',
    bad: 'above',
    warning: 0.02,
    severe: 0.3,
    inPatient: false,
    says: (value) => `Of the tissue ${value} is at the top value`,
    unit: '%',
    reason:
      'Unsaturated images have below 0.1 %; windowed exports clip some per cent of fat and vessels. At 30 % whole organs are flat; masks have 100 %.',
  },
  {
    code: 'CUT_OFF_ANATOMY',
    measure: 'filledMm',
    bad: 'below',
    warning: 150,
    severe: 100,
    inPatient: true,
    says: (value) => `The body fills a field of view of ${value} to its edges`,
    unit: 'mm',
    reason:
      'A liver is some 150 mm from back to front and more from side to side: a window of less than 100 mm within the body cannot hold it.',
  },
  {
    code: 'CUT_OFF_ANATOMY',
    measure: 'edgeShare',
    bad: 'above',
    warning: 0.2,
    inPatient: true,
    says: (value) => `The body reaches ${value} of the edges of the field of view`,
    unit: '%',
    reason:
      'Real volumes and phantoms have 0 to 15 %. Both flanks cut by a tenth of the width make some 27 %. Whether the liver is cut the share alone does not say.',
  },
  {
    code: 'WRONG_BODY_PART',
    measure: 'widthMm',
    bad: 'below',
    warning: 200,
    inPatient: true,
    says: (value) => `The body is ${value} wide`,
    unit: 'mm',
    reason:
      'Adult abdomens are some 280 mm and wider, heads some 160 mm, limbs less. A child is narrow too: never severe.',
  },
];
