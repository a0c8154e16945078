import { type Protocol, thick } from './protocol.ts';

/** Nothing but words: a converted study. Missing numbers are 0 or absent. */
export const wordsOnly: Protocol = {
  name: 'words alone',
  series: [
    { number: 1, words: 'T1 AXIAL FAT_SUPPRESSED CONTRAST', tr: 0, te: 0, fa: 0, expect: 'T1_BY_WORDS' },
    { number: 2, words: 'T2 AXIAL', ...thick, expect: 'T2_BY_WORDS' },
    { number: 3, words: 'DIFFUSION', expect: 'DIFFUSION' },
    { number: 4, words: 'MRCP', expect: 'HEAVILY_T2' },
    { number: 5, words: 'PD TSE', expect: 'PROTON_DENSITY' },
    { number: 6, words: 'FLAIR', expect: 'FLUID_ATTENUATED' },
    { number: 7, words: 'MPRAGE', expect: 'INVERSION_3D_GRADIENT_ECHO' },
    { number: 8, words: 'SUSCEPTIBILITY', expect: 'T2_STAR' },
    { number: 9, words: 'BALANCED', expect: 'BALANCED_GRADIENT_ECHO' },
    { number: 10, words: 'EPI', expect: 'ECHO_PLANAR' },
    { number: 11, words: 'T1 FAT', expect: 'FAT_IMAGE' },
    { number: 12, words: 'PERFUSION', expect: 'PERFUSION' },
    { number: 13, words: 'CINE', expect: 'CINE' },
    { number: 14, words: 'ANGIOGRAPHY', expect: 'ANGIOGRAPHY' },
    { number: 15, words: 'AXIAL', expect: 'UNRECOGNISED' },
    { number: 16, words: 'T1 T2', expect: 'UNRECOGNISED' },
    { number: 17, words: 'T1 SUBTRACTION', expect: 'SUBTRACTION' },
    { number: 18, words: 'T1 MAP', expect: 'PARAMETER_MAP' },
    { number: 19, words: 'T1 MIP', expect: 'PROJECTION' },
  ],
  t1w: 1,
  t2w: 2,
};
