import {
  above,
  all,
  any,
  atLeast,
  balancedGradientEcho,
  below,
  between,
  coded,
  dixonWater,
  echoPlanar,
  gradientEcho,
  has,
  not,
  protonDensityGradientEcho,
  protonDensitySpinEcho,
  says,
  smallFlipAngle,
  spinEcho,
  t1InversionGradientEcho,
  t1SpinEcho,
  t1SpoiledGradientEcho,
  t2SpinEcho,
  threeDimensional,
  timingDecides,
  typed,
} from './predicates.ts';
import type { DecisionRule } from './rule.ts';
import { type imageTypes, words } from './words.ts';

/** Acquisitions of one series from which on it is a perfusion study: a liver protocol has up to a dozen phases. */
const timePointsMin = 15;
/** Philips states b = 0 for every series, and GE's private field holds small numbers of other meaning where nothing is diffusion-weighted. */
const bValueMin = 20;
/** Less than a third of a liver's height. */
const coverageMmMin = 40;
/** Narrower than an adult's abdomen: heads, spines and joints are imaged with 160 to 250 mm. */
const fieldOfViewMmMin = 250;

type Why = Pick<DecisionRule, 'when' | 'reason' | 'source'>;
const row =
  (decides: DecisionRule['decides']) =>
  (rule: string, by: DecisionRule['by'], why: Why): DecisionRule => ({ rule, decides, by, ...why });
const reject = row('REJECT');
const isT1W = row('T1W');
const isT2W = row('T2W');
/** Also where the sender named the sequence. */
const alwaysReject = (rule: string, by: DecisionRule['by'], why: Why): DecisionRule => ({
  ...reject(rule, by, why),
  always: true,
});
/** Two rows: Image Type tells it, or words do. */
const told = (
  rule: string,
  what: keyof typeof imageTypes & keyof typeof words,
  reason: string,
  source: string,
) => [
  reject(rule, 'HEADER', { when: typed(what), reason: `Its image type says: ${reason}.`, source }),
  reject(rule, 'WORDS', { when: says(what), reason: `Its words say: ${reason}.`, source }),
];

/**
 * What a series is: nothing for us (REJECT), T1W or T2W. The first row that holds decides. Words that contradict a timing which decides by itself are not
 * believed (`not(timingDecides)`), unless they say what timing can't show: a localizer, a difference, a body part. Which of several is staged, and what
 * a reader should know of it, say `preferences.ts`. Times in ms, angles in degrees, b-values in s/mm², lengths in mm.
 *
 * Sources by short name. Bernstein: Bernstein, King, Zhou, Handbook of MRI Pulse Sequences, 2004. LI-RADS: CT/MRI LI-RADS v2018 of the American College
 * of Radiology, technical recommendations. PS3.3: DICOM PS3.3, Information Object Definitions. Reeder
 * 2011: J Magn Reson Imaging 2011;34:729.
 */
export const decisions: readonly DecisionRule[] = [
  // What can't be staged, whoever sends it.
  alwaysReject('WRONG_MODALITY', 'HEADER', {
    when: ({ modality }) => modality !== '' && modality !== 'MR',
    reason: 'Not an MR series.',
    source: 'PS3.3 C.7.3.1.1.1',
  }),
  alwaysReject('SECONDARY_CAPTURE', 'HEADER', {
    when: any(({ colour, secondaryCapture }) => colour || secondaryCapture, typed('screen')),
    reason: 'A capture of a screen or a colour image, not the signal itself.',
    source: 'PS3.3 C.8.6, C.7.6.3.1.2',
  }),
  alwaysReject('COMPLEX_COMPONENT', 'HEADER', {
    when: ({ component }) => component !== '' && component !== 'MAGNITUDE',
    reason: ({ component }) =>
      `Shows the ${component.toLowerCase()} of the complex signal, not its magnitude.`,
    source: 'PS3.3 C.8.13.3.1.1',
  }),

  // What was computed from other images, or serves to make others.
  ...told('SUBTRACTION', 'subtraction', 'the difference of two series', 'PS3.3 C.8.16.1.4; LI-RADS'),
  ...told(
    'PROJECTION',
    'projection',
    'a projection or reformat of another series',
    'PS3.3 C.8.16.1.4; Bernstein §15',
  ),
  ...told(
    'PARAMETER_MAP',
    'parameterMap',
    'a map of a quantity, or made to compute one',
    'PS3.3 C.8.16.1.4; Reeder 2011',
  ),
  ...told('LOCALIZER', 'localizer', 'a localizer, to plan the examination', 'PS3.3 C.8.3.1.1.1'),
  reject('LOCALIZER', 'GEOMETRY', {
    when: atLeast('planesOfSeries', 2),
    reason: 'One of several planes that were acquired as one series: a localizer.',
    source: 'PS3.3 C.8.3.1.1.1',
  }),
  reject('AUXILIARY', 'WORDS', {
    when: says('auxiliary', 'screen'),
    reason: 'Its words say: calibration, field map, tracking of the bolus, spectroscopy, phantom or report.',
    source: 'LI-RADS',
  }),

  // Diffusion and other echo-planar imaging.
  reject('DIFFUSION', 'PHYSICS', {
    when: all(not(gradientEcho), atLeast('bValue', bValueMin)),
    reason: ({ bValue }) => `Diffusion-weighted (b up to ${bValue} s/mm²), or computed from such images.`,
    source: 'Taouli & Koh, Radiology 2010;254:47',
  }),
  reject('DIFFUSION', 'HEADER', {
    when: any(typed('diffusion'), coded('DIFFUSION')),
    reason: 'Coded as diffusion-weighted, or as a map computed from such images.',
    source: 'PS3.3 C.8.13.3.1.2; Taouli & Koh, Radiology 2010;254:47',
  }),
  reject('DIFFUSION', 'WORDS', {
    when: all(says('diffusion'), not(timingDecides)),
    reason: 'Its words say diffusion, and its timing is neither that of T1W nor of T2W.',
    source: 'Taouli & Koh, Radiology 2010;254:47',
  }),
  reject('ELASTOGRAPHY', 'WORDS', {
    when: all(says('elastography'), not(timingDecides)),
    reason: 'Its words say elastography, and its timing is neither that of T1W nor of T2W.',
    source: 'Venkatesh et al., J Magn Reson Imaging 2013;37:544',
  }),
  reject('ECHO_PLANAR', 'PHYSICS', {
    when: echoPlanar,
    reason: 'Echo-planar: made for diffusion, perfusion or motion, and distorted.',
    source: 'Bernstein §16.1',
  }),
  reject('ECHO_PLANAR', 'WORDS', {
    when: all(says('echoPlanar'), not(timingDecides)),
    reason: 'Its words say echo-planar, and its timing is neither that of T1W nor of T2W.',
    source: 'Bernstein §16.1',
  }),

  // Films and flow.
  reject('PERFUSION', 'PHYSICS', {
    when: atLeast('timePointsOfSeries', timePointsMin),
    reason: ({ timePointsOfSeries }) =>
      `One of ${timePointsOfSeries} time points: made to measure perfusion or motion.`,
    source: 'Pandharipande et al., Radiology 2005;234:661',
  }),
  ...told(
    'PERFUSION',
    'perfusion',
    'made to measure perfusion',
    'PS3.3 C.8.13.3.1.2; Pandharipande et al., Radiology 2005;234:661',
  ),
  ...told('CINE', 'cine', 'a film of motion', 'PS3.3 C.8.13.1.1.1'),
  ...told('ANGIOGRAPHY', 'angiography', 'flow in vessels, not tissue', 'PS3.3 C.8.13.3.1.2; Bernstein §15'),
  reject('NOT_TISSUE', 'HEADER', {
    when: coded('PERFUSION', 'TOF', 'FLOW_ENCODED', 'TAGGING', 'TEMPERATURE'),
    reason: 'Its acquisition contrast is coded as perfusion, flow, tagging or temperature.',
    source: 'PS3.3 C.8.13.3.1.2',
  }),

  // Chemical shift: fat and water told apart. Water itself is a fat-suppressed T1W.
  reject('FAT_IMAGE', 'HEADER', {
    when: all(typed('fat'), not(typed('water'))),
    reason: 'Shows fat alone.',
    source: 'Ma, J Magn Reson Imaging 2008;28:543',
  }),
  reject('FAT_IMAGE', 'WORDS', {
    when: all(says('fat'), not(any(says('fatSuppressed'), dixonWater))),
    reason: 'Its words say: fat alone.',
    source: 'Ma, J Magn Reson Imaging 2008;28:543',
  }),
  reject('IN_OR_OPPOSED_PHASE', 'PHYSICS', {
    when: all(gradientEcho, between('echoTimes', 2, 2), not(dixonWater)),
    reason: 'One of two echoes of a gradient-echo acquisition: in and opposed phase.',
    source: 'Hood et al., RadioGraphics 1999;19:357',
  }),
  reject('IN_OR_OPPOSED_PHASE', 'HEADER', {
    when: all(typed('chemicalShift'), not(dixonWater)),
    reason: 'Coded as an in-phase or opposed-phase image: fat changes the signal of liver.',
    source: 'Hood et al., RadioGraphics 1999;19:357',
  }),
  reject('IN_OR_OPPOSED_PHASE', 'WORDS', {
    when: all(says('chemicalShift'), not(dixonWater), not(spinEcho)),
    reason: 'Its words say: in phase or opposed phase.',
    source: 'Hood et al., RadioGraphics 1999;19:357',
  }),
  reject('MULTI_ECHO', 'PHYSICS', {
    when: all(gradientEcho, atLeast('echoTimes', 3), not(dixonWater)),
    reason: ({ echoTimes }) =>
      `One of ${echoTimes} echoes of a gradient-echo acquisition: made to measure fat or iron.`,
    source: 'Reeder 2011',
  }),

  // Other contrasts.
  reject('BALANCED_GRADIENT_ECHO', 'PHYSICS', {
    when: balancedGradientEcho,
    reason: 'A balanced gradient echo: weighted by T2/T1, neither T1W nor T2W.',
    source: 'Chavhan et al., RadioGraphics 2008;28:1147',
  }),
  reject('BALANCED_GRADIENT_ECHO', 'WORDS', {
    when: all(says('balanced'), not(all(gradientEcho, smallFlipAngle)), not(spinEcho)),
    reason:
      'Its words name a balanced gradient echo, and its flip angle does not exclude it: weighted by T2/T1.',
    source: 'Chavhan et al., RadioGraphics 2008;28:1147',
  }),
  reject('FLUID_ATTENUATED', 'PHYSICS', {
    when: all(not(gradientEcho), atLeast('inversionTimeMs', 1500)),
    reason: 'An inversion that nulls fluid: made for the brain.',
    source: 'Bernstein §14.2',
  }),
  reject('FLUID_ATTENUATED', 'HEADER', {
    when: all(coded('FLUID_ATTENUATED'), not(timingDecides)),
    reason: 'Coded as fluid-attenuated: made for the brain.',
    source: 'PS3.3 C.8.13.3.1.2',
  }),
  reject('FLUID_ATTENUATED', 'WORDS', {
    when: all(says('fluidAttenuated'), not(timingDecides)),
    reason: 'Its words say FLAIR: made for the brain.',
    source: 'Bernstein §14.2',
  }),
  reject('INVERSION_3D_GRADIENT_ECHO', 'PHYSICS', {
    when: all(gradientEcho, threeDimensional, atLeast('inversionTimeMs', 400)),
    reason: 'A 3-D gradient echo with an inversion for T1: takes minutes, and is made for the brain.',
    source: 'Mugler & Brookeman, Magn Reson Med 1990;15:152',
  }),
  reject('INVERSION_3D_GRADIENT_ECHO', 'WORDS', {
    when: all(says('inversion3d'), not(timingDecides)),
    reason: 'Its words say MP-RAGE: made for the brain.',
    source: 'Mugler & Brookeman, Magn Reson Med 1990;15:152',
  }),
  reject('HEAVILY_T2', 'PHYSICS', {
    when: all(not(gradientEcho), above('echoTimeMs', 250)),
    reason: 'An echo so late that only fluid still has signal (MRCP).',
    source: 'Griffin et al., Insights Imaging 2012;3:11',
  }),
  reject('HEAVILY_T2', 'WORDS', {
    when: all(says('cholangiography'), not(timingDecides)),
    reason: 'Its words say MRCP, and its timing is neither that of T1W nor of T2W.',
    source: 'Griffin et al., Insights Imaging 2012;3:11',
  }),
  reject('T2_STAR', 'PHYSICS', {
    when: all(gradientEcho, above('echoTimeMs', 7)),
    reason: 'A late gradient echo: weighted by T2*.',
    source: 'Bernstein §14.1',
  }),
  reject('T2_STAR', 'HEADER', {
    when: all(coded('T2_STAR'), not(timingDecides)),
    reason: 'Coded as weighted by T2*.',
    source: 'PS3.3 C.8.13.3.1.2',
  }),
  reject('T2_STAR', 'WORDS', {
    when: all(says('t2Star'), not(timingDecides)),
    reason: 'Its words say: weighted by T2*.',
    source: 'Bernstein §14.1',
  }),
  reject('PROTON_DENSITY', 'PHYSICS', {
    when: protonDensityGradientEcho,
    reason:
      'A gradient echo whose flip angle stays below the Ernst angle of liver: weighted by proton density.',
    source: 'Bernstein §14.1; de Bazelaire et al., Radiology 2004;230:652',
  }),
  reject('PROTON_DENSITY', 'PHYSICS', {
    when: protonDensitySpinEcho,
    reason: 'A spin echo with a long repetition and an early echo: weighted by proton density.',
    source: 'Bernstein §14.3',
  }),
  reject('PROTON_DENSITY', 'HEADER', {
    when: all(coded('PROTON_DENSITY'), not(timingDecides)),
    reason: 'Coded as weighted by proton density.',
    source: 'PS3.3 C.8.13.3.1.2',
  }),
  reject('PROTON_DENSITY', 'WORDS', {
    when: all(says('protonDensity'), not(timingDecides), not(says('t1', 't2'))),
    reason: 'Its words say: weighted by proton density.',
    source: 'Bernstein §14.3',
  }),
  reject('DERIVED', 'HEADER', {
    when: all(typed('derived'), not(dixonWater), not(typed('corrected'))),
    reason: 'Computed from other images.',
    source: 'PS3.3 C.7.6.1.1.2',
  }),

  // Where it lies.
  reject('OTHER_BODY_PART', 'HEADER', {
    when: all(
      has('bodyPart', ...words.elsewhere),
      not(has('bodyPart', ...words.abdomen)),
      not(says('abdomen')),
    ),
    reason: 'Coded as another body part than the abdomen.',
    source: 'PS3.16 annex L',
  }),
  reject('OTHER_BODY_PART', 'WORDS', {
    when: all(says('elsewhere'), not(has('bodyPart', ...words.abdomen)), not(says('abdomen'))),
    reason: 'Its words say another body part than the abdomen.',
    source: 'PS3.16 annex L',
  }),
  reject('SMALL_FIELD_OF_VIEW', 'GEOMETRY', {
    when: below('fieldOfViewMm', fieldOfViewMmMin),
    reason: ({ fieldOfViewMm = 0 }) => `${fieldOfViewMm.toFixed(0)} mm wide: no adult's abdomen fits.`,
    source: 'LI-RADS',
  }),
  reject('THIN_SLAB', 'GEOMETRY', {
    when: below('coverageMm', coverageMmMin),
    reason: ({ coverageMm = 0 }) => `${coverageMm.toFixed(0)} mm high: a fraction of the liver.`,
    source: 'LI-RADS',
  }),
  alwaysReject('NO_VOLUME', 'GEOMETRY', {
    when: ({ unusable }) => unusable !== undefined,
    reason: ({ unusable }) => `${unusable?.code}: ${unusable?.message}`,
    source: 'PS3.3 C.7.6.2',
  }),

  // T1W and T2W.
  isT1W('T1_SPOILED_GRADIENT_ECHO', 'PHYSICS', {
    when: t1SpoiledGradientEcho,
    reason: 'A gradient echo with short repetition, early echo and saturating flip angle: T1-weighted.',
    source: 'LI-RADS; Rofsky et al., Radiology 1999;212:876; Bernstein §14.1',
  }),
  isT1W('T1_INVERSION_GRADIENT_ECHO', 'PHYSICS', {
    when: t1InversionGradientEcho,
    reason: 'An inversion-prepared single-shot gradient echo: T1-weighted.',
    source: 'Bernstein §14.2',
  }),
  isT1W('T1_SPIN_ECHO', 'PHYSICS', {
    when: t1SpinEcho,
    reason: 'A spin echo with short repetition and early echo: T1-weighted.',
    source: 'Bernstein §14.3',
  }),
  isT2W('T2_SPIN_ECHO', 'PHYSICS', {
    when: t2SpinEcho,
    reason: 'A spin echo (single shot or train) with a late echo: T2-weighted.',
    source: 'LI-RADS; Bernstein §14.3, §16.4',
  }),
  isT1W('T1_BY_CODE', 'HEADER', {
    when: coded('T1'),
    reason: 'Its acquisition contrast is coded as T1; its timing does not tell.',
    source: 'PS3.3 C.8.13.3.1.2',
  }),
  isT2W('T2_BY_CODE', 'HEADER', {
    when: all(coded('T2', 'STIR'), not(gradientEcho)),
    reason: 'Its acquisition contrast is coded as T2 or STIR; its timing does not tell.',
    source: 'PS3.3 C.8.13.3.1.2',
  }),
  isT1W('T1_BY_WORDS', 'WORDS', {
    when: all(says('t1'), not(says('t2'))),
    reason: 'Its words say T1; its timing does not tell.',
    source: 'LI-RADS',
  }),
  isT2W('T2_BY_WORDS', 'WORDS', {
    when: all(says('t2'), not(says('t1')), not(gradientEcho)),
    reason: 'Its words say T2; its timing does not tell.',
    source: 'LI-RADS',
  }),
  reject('UNRECOGNISED', 'NONE', {
    when: () => true,
    reason: 'Neither its timing nor codes nor words tell that it is T1W or T2W.',
    source: 'LI-RADS',
  }),
];
