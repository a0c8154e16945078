import {
  above,
  all,
  any,
  atLeast,
  axial,
  below,
  between,
  coded,
  contrastAgent,
  fatSuppressed,
  gradientEcho,
  not,
  says,
  threeDimensional,
  timingDecides,
  typed,
} from './predicates.ts';
import type { Doubt, Preference } from './rule.ts';

const phaseWords = says('preContrast', 'arterial', 'portalVenous', 'delayed', 'hepatobiliary');
/** A short inversion that nulls fat. */
const inversionRecovery = any(between('inversionTimeMs', 80, 300), coded('STIR'), says('stir'));
const both = ['T1W', 'T2W'] as const;

/**
 * Which of several T1W (or T2W) series is staged: that with the largest sum of weights. A portal venous, fat-suppressed, axial 3-D gradient echo comes
 * first, because most of the training data are (CirrMRI600+: Jha et al., Scientific Data 2025). LI-RADS v2018 leaves fat suppression of T2W to the site.
 * Times in ms, lengths in mm.
 */
export const preferences: readonly Preference[] = [
  {
    preference: 'TIMING_DECIDES',
    sequences: both,
    weight: 30,
    when: timingDecides,
    reason: 'timing rather than words says what it is',
  },
  {
    preference: 'COVERS_LIVER',
    sequences: both,
    weight: 15,
    when: atLeast('coverageMm', 140),
    reason: 'covers a whole liver',
  },
  {
    preference: 'COVERS_HALF',
    sequences: both,
    weight: -30,
    when: below('coverageMm', 100),
    reason: 'covers less than 100 mm',
  },
  {
    preference: 'ORIGINAL',
    sequences: both,
    weight: 5,
    when: not(typed('derived')),
    reason: 'as acquired',
  },
  {
    preference: 'WORDS_DIFFER',
    sequences: both,
    weight: -15,
    when: says('diffusion', 'elastography', 'cholangiography', 't2Star'),
    reason: 'its words speak of something else',
  },

  // T1W: the training data are portal venous, fat-suppressed 3-D gradient echoes.
  {
    preference: 'PORTAL_VENOUS',
    sequences: ['T1W'],
    weight: 40,
    when: all(says('portalVenous'), not(says('arterial', 'delayed', 'hepatobiliary', 'preContrast'))),
    reason: 'portal venous phase',
  },
  {
    preference: 'MIDDLE_OF_RUN',
    sequences: ['T1W'],
    weight: 20,
    when: all(between('placeInRun', 0.45, 0.85), not(phaseWords)),
    reason: 'after the arterial phase of a dynamic run',
  },
  {
    preference: 'END_OF_RUN',
    sequences: ['T1W'],
    weight: 10,
    when: all(above('placeInRun', 0.85), not(phaseWords)),
    reason: 'last of a dynamic run',
  },
  {
    preference: 'DELAYED',
    sequences: ['T1W'],
    weight: 20,
    when: says('delayed'),
    reason: 'delayed phase',
  },
  {
    preference: 'HEPATOBILIARY',
    sequences: ['T1W'],
    weight: -10,
    when: says('hepatobiliary'),
    reason: 'hepatobiliary phase, unlike the training data',
  },
  {
    preference: 'ARTERIAL',
    sequences: ['T1W'],
    weight: -5,
    when: says('arterial'),
    reason: 'arterial phase, unlike the training data',
  },
  {
    preference: 'PRE_CONTRAST',
    sequences: ['T1W'],
    weight: -10,
    when: all(says('preContrast'), not(says('postContrast', 'portalVenous'))),
    reason: 'before contrast',
  },
  {
    preference: 'POST_CONTRAST',
    sequences: ['T1W'],
    weight: 20,
    when: any(contrastAgent, all(says('postContrast'), not(says('preContrast')))),
    reason: 'after contrast',
  },
  {
    preference: 'FAT_SUPPRESSED',
    sequences: ['T1W'],
    weight: 15,
    when: fatSuppressed,
    reason: 'fat suppressed',
  },
  {
    preference: 'THREE_DIMENSIONAL',
    sequences: ['T1W'],
    weight: 15,
    when: threeDimensional,
    reason: '3-D',
  },
  {
    preference: 'GRADIENT_ECHO',
    sequences: ['T1W'],
    weight: 10,
    when: gradientEcho,
    reason: 'gradient echo',
  },
  {
    preference: 'THIN_SLICES',
    sequences: ['T1W'],
    weight: 5,
    when: between('sliceSpacingMm', 0, 5),
    reason: 'slices at most 5 mm apart',
  },

  // T2W: LI-RADS leaves fat suppression to the site; the training data are fine in plane.
  {
    preference: 'TYPICAL_ECHO_TIME',
    sequences: ['T2W'],
    weight: 20,
    when: between('echoTimeMs', 60, 130),
    reason: 'echo time 60 to 130 ms',
  },
  {
    preference: 'FAT_SUPPRESSED',
    sequences: ['T2W'],
    weight: 8,
    when: all(fatSuppressed, not(inversionRecovery)),
    reason: 'fat suppressed',
  },
  {
    preference: 'INVERSION_RECOVERY',
    sequences: ['T2W'],
    weight: -8,
    when: inversionRecovery,
    reason: 'STIR: T1 counts as well',
  },
  {
    preference: 'MULTI_SHOT',
    sequences: ['T2W'],
    weight: 5,
    when: between('echoTrainLength', 2, 40),
    reason: 'more than one shot: sharper',
  },
  {
    preference: 'FINE_IN_PLANE',
    sequences: ['T2W'],
    weight: 5,
    when: between('pixelSpacingMm', 0, 1.2),
    reason: 'pixels of at most 1.2 mm',
  },
];

/** Of candidates for one sequence, those that fail are passed over where others hold. */
export const axialFirst = {
  rule: 'NOT_AXIAL',
  keeps: axial,
  reason: 'Not axial, and an axial one exists.',
} as const;

export const doubts: readonly Doubt[] = [
  {
    code: 'WORDS_CONTRADICT_PHYSICS',
    severity: 'INFO',
    sequence: 'T1W',
    when: all(timingDecides, says('t2', 't2Star'), not(says('t1'))),
    message: 'Its words say T2, its timing T1W: the timing was believed.',
  },
  {
    code: 'WORDS_CONTRADICT_PHYSICS',
    severity: 'INFO',
    sequence: 'T2W',
    when: all(timingDecides, says('t1'), not(says('t2'))),
    message: 'Its words say T1, its timing T2W: the timing was believed.',
  },
  ...both.map((sequence): Doubt => ({
    code: 'WORDS_CONTRADICT_PHYSICS',
    severity: 'INFO',
    sequence,
    when: all(timingDecides, says('diffusion', 'elastography', 'cholangiography')),
    message: `Its words say diffusion, elastography or MRCP, its timing ${sequence}: the timing was believed.`,
  })),
  {
    code: 'CODE_CONTRADICTS_PHYSICS',
    severity: 'INFO',
    sequence: 'T1W',
    when: all(timingDecides, coded('T2', 'STIR', 'FLUID_ATTENUATED', 'PROTON_DENSITY', 'T2_STAR')),
    message: 'Its acquisition contrast is coded otherwise, its timing is T1W: the timing was believed.',
  },
  {
    code: 'CODE_CONTRADICTS_PHYSICS',
    severity: 'INFO',
    sequence: 'T2W',
    when: all(timingDecides, coded('T1', 'FLUID_ATTENUATED', 'PROTON_DENSITY', 'T2_STAR')),
    message: 'Its acquisition contrast is coded otherwise, its timing is T2W: the timing was believed.',
  },
  ...both.map((sequence): Doubt => ({
    code: 'DECIDED_WITHOUT_PHYSICS',
    severity: 'WARNING',
    sequence,
    when: not(timingDecides),
    message: 'Its timing is not stated or not telling: codes or words decided.',
  })),
];
