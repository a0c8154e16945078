import type { Word } from '@hepastage/dicom';

/** Words of a series' description, protocol and sequence name, by what they say. */
export const words = {
  subtraction: ['SUBTRACTION'],
  projection: ['MIP', 'MPR', 'RENDERED', 'COMPOSED'],
  screen: ['SCREENSHOT', 'REPORT'],
  parameterMap: ['MAP', 'FAT_FRACTION'],
  localizer: ['LOCALIZER'],
  auxiliary: ['CALIBRATION', 'FIELD_MAP', 'BOLUS', 'PHANTOM', 'SPECTROSCOPY'],
  diffusion: ['DIFFUSION', 'ADC'],
  echoPlanar: ['EPI'],
  elastography: ['ELASTOGRAPHY'],
  perfusion: ['PERFUSION'],
  cine: ['CINE'],
  angiography: ['ANGIOGRAPHY'],
  cholangiography: ['MRCP'],
  fat: ['FAT'],
  water: ['WATER'],
  chemicalShift: ['IN_PHASE', 'OUT_OF_PHASE'],
  balanced: ['BALANCED'],
  fluidAttenuated: ['FLAIR'],
  inversion3d: ['MPRAGE'],
  t2Star: ['T2_STAR', 'SUSCEPTIBILITY'],
  protonDensity: ['PD'],
  // VIBE also stands for LAVA (GE), THRIVE (Philips) and Quick 3D (Canon): one technique.
  t1: ['T1', 'VIBE'],
  t2: ['T2', 'SINGLE_SHOT', 'PROPELLER', 'STIR'],
  stir: ['STIR'],
  fatSuppressed: ['FAT_SUPPRESSED', 'STIR'],
  preContrast: ['PRE_CONTRAST'],
  postContrast: ['CONTRAST', 'DYNAMIC'],
  arterial: ['ARTERIAL'],
  portalVenous: ['VENOUS'],
  delayed: ['DELAYED'],
  hepatobiliary: ['HEPATOBILIARY'],
  abdomen: ['ABDOMEN', 'LIVER', 'PANCREAS', 'KIDNEY', 'SPLEEN', 'ADRENAL', 'GALLBLADDER', 'BOWEL'],
  elsewhere: [
    ...(['BRAIN', 'HEAD', 'ORBIT', 'PITUITARY', 'NECK', 'SPINE', 'CHEST', 'HEART', 'BREAST'] as const),
    ...(['PELVIS', 'PROSTATE', 'UTERUS', 'BLADDER', 'FETUS'] as const),
    ...(['SHOULDER', 'ELBOW', 'WRIST', 'HAND', 'HIP', 'KNEE', 'ANKLE', 'FOOT', 'EXTREMITY'] as const),
  ],
} as const satisfies Record<string, readonly Word[]>;

/** Values of Image Type and Frame Type, of DICOM PS3.3 (C.7.6.1.1.2, C.8.13.3.1, C.8.16.1) and as makers write them, by what they say. */
export const imageTypes = {
  derived: ['DERIVED'],
  subtraction: ['SUBTRACTION', 'SUB'],
  projection: [
    ...(['MIP', 'MIN IP', 'MAX_IP', 'MIN_IP', 'MAXIMUM', 'MINIMUM', 'PROJECTION IMAGE'] as const),
    ...(['MPR', 'CSA MPR', 'REFORMATTED', 'RESAMPLED', 'CSA RESAMPLED'] as const),
  ],
  screen: ['SCREEN SAVE', 'SCREENSAVE', 'SECONDARY CAPTURE', 'SCREEN CAPTURE'],
  parameterMap: [
    ...(['MAP', 'T1 MAP', 'T2 MAP', 'T2_STAR MAP', 'R2 MAP', 'R2_STAR MAP'] as const),
    ...(['T1_MAP', 'T2_MAP', 'T2STAR_MAP', 'R2STAR_MAP', 'METABOLITE_MAP'] as const),
    ...(['QUANTITY', 'FAT_FRACTION', 'FF'] as const),
  ],
  localizer: ['LOCALIZER'],
  diffusion: ['DIFFUSION', 'TRACEW', 'TRACE', 'ADC', 'EADC', 'FA', 'ISOTROPIC', 'CALC_BVALUE'],
  perfusion: ['PERFUSION', 'ASL', 'TTP', 'PBP'],
  cine: ['CINE', 'REALTIME', 'M_MODE', 'TAGGING'],
  angiography: ['TOF', 'FLOW_ENCODED', 'VELOCITY', 'ANGIO_TIME'],
  // Single letters and IP, OP: Philips mDIXON.
  water: ['WATER', 'W', 'DIXON_WATER'],
  fat: ['FAT', 'F', 'DIXON_FAT'],
  chemicalShift: ['IN_PHASE', 'IP', 'OPP_PHASE', 'OP', 'OUT_PHASE', 'OUT_OF_PHASE', 'OPPOSED_PHASE'],
  // What is put right of an image, and leaves its contrast as it is.
  corrected: ['NORM', 'DIS2D', 'DIS3D', 'FILTERED', 'FIL', 'PURE', 'SCIC', 'CLEAR'],
} as const satisfies Record<string, readonly string[]>;
