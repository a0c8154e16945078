import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Word, words, wordsOf } from './vocabulary.ts';

describe('descriptions as scanners write them', () => {
  const cases: Readonly<Record<string, readonly Word[]>> = {
    // Siemens
    t1_vibe_fs_tra_bh: ['T1', 'VIBE', 'FAT_SUPPRESSED', 'AXIAL', 'BREATH_HOLD'],
    t1_vibe_dixon_tra_bh_W: ['T1', 'VIBE', 'CHEMICAL_SHIFT', 'AXIAL', 'BREATH_HOLD', 'WATER'],
    t1_vibe_dixon_tra_bh_opp: ['T1', 'VIBE', 'CHEMICAL_SHIFT', 'AXIAL', 'BREATH_HOLD', 'OUT_OF_PHASE'],
    t1_vibe_dixon_tra_bh_in: ['T1', 'VIBE', 'CHEMICAL_SHIFT', 'AXIAL', 'BREATH_HOLD', 'IN_PHASE'],
    t2_haste_fs_cor_mbh: ['T2', 'SINGLE_SHOT', 'FAT_SUPPRESSED', 'CORONAL', 'BREATH_HOLD'],
    '*fl3d1_ns': ['GRADIENT_ECHO', '3D'],
    '*tse2d1_15': ['TSE', '2D'],
    '*h2d1_203': ['SINGLE_SHOT', '2D'],
    '*tir2d1_7': ['STIR', '2D'],
    '*ep_b50t': ['EPI', 'DIFFUSION'],
    ep2d_diff_b50_400_800_tra_ADC: ['EPI', '2D', 'DIFFUSION', 'AXIAL', 'ADC'],
    // GE
    'Ax T2 FRFSE FS': ['AXIAL', 'T2', 'TSE', 'FAT_SUPPRESSED'],
    'LAVA-Flex': ['VIBE', 'CHEMICAL_SHIFT'],
    'WATER: Ax LAVA-Flex +C 20 min': [
      'WATER',
      'AXIAL',
      'VIBE',
      'CHEMICAL_SHIFT',
      'CONTRAST',
      'HEPATOBILIARY',
    ],
    'COR T2 SSFSE': ['CORONAL', 'T2', 'TSE', 'SINGLE_SHOT'],
    '3-plane loc': ['LOCALIZER'],
    efgre3d: ['VIBE', '3D'],
    'Ax T2* GRE': ['AXIAL', 'T2_STAR', 'GRADIENT_ECHO'],
    // Philips
    eTHRIVE: ['VIBE'],
    mDIXON: ['CHEMICAL_SHIFT'],
    T2W_TSE: ['T2', 'TSE'],
    T1TFE: ['T1', 'TURBO_GRE'],
    T2W_SPAIR_RT: ['T2', 'FAT_SUPPRESSED', 'TRIGGERED'],
    'Breath holdSURVEY': ['BREATH_HOLD', 'LOCALIZER'],
    DWI_b50: ['DIFFUSION'],
    'dual FFE BH': ['IN_PHASE', 'OUT_OF_PHASE', 'BREATH_HOLD'],
    // Glued by people
    AXT2FS: ['AXIAL', 'T2', 'FAT_SUPPRESSED'],
    SagT1: ['SAGITTAL', 'T1'],
    'Ax InPhase': ['AXIAL', 'IN_PHASE'],
    // Phases
    'T1 in phase': ['T1', 'IN_PHASE'],
    'out-of-phase': ['OUT_OF_PHASE'],
    'pre gad': ['PRE_CONTRAST'],
    'portal venous': ['VENOUS'],
    'hepatobiliary 20min': ['HEPATOBILIARY'],
    'delayed 5 min post': ['DELAYED', 'CONTRAST'],
    'arterial SUB': ['ARTERIAL', 'SUBTRACTION'],
    'MR ABDOMEN W/WO CONTRAST': ['ABDOMEN'],
    // Other languages
    'T1 axial sans injection foie': ['T1', 'AXIAL', 'PRE_CONTRAST', 'LIVER'],
    'Oberbauch Übersicht': ['ABDOMEN', 'LOCALIZER'],
    'T2 transversal Fettsättigung Leber': ['T2', 'AXIAL', 'FAT_SUPPRESSED', 'LIVER'],
    'AXIAL FUERA DE FASE HÍGADO': ['AXIAL', 'OUT_OF_PHASE', 'LIVER'],
    'assiale fegato senza mdc': ['LIVER', 'PRE_CONTRAST'],
    // Vendors
    'GE MEDICAL SYSTEMS': ['GE'],
    'Siemens Healthineers': ['SIEMENS'],
    'Philips Medical Systems': ['PHILIPS'],
    TOSHIBA_MEC: ['TOSHIBA'],
  };
  for (const [text, expected] of Object.entries(cases)) {
    test(text, () => assert.deepEqual(wordsOf([text]), expected));
  }
});

test('nothing but words of the vocabulary comes out', () => {
  const texts = [
    'Müller^Anna T1',
    '4711 St. Elsewhere, liver 1966-03-01',
    'Dixon^Bravo',
    'T1-Martin',
    '\0\uFFFF',
    '',
  ];
  const found = wordsOf(texts);
  assert.deepEqual(found, ['T1', 'LIVER', 'CHEMICAL_SHIFT', 'MPRAGE']);
});

test('a word that comes twice is told once, phrases do not go from one text to the next', () => {
  assert.deepEqual(wordsOf(['T1 T1W', 'ax', 'axial t1', 'in', 'phase']), ['T1', 'AXIAL']);
});

test('every word fits into a code string', () => {
  for (const word of words) {
    assert.match(word, /^(?:[A-Z_]{2,16}|T[12](?:_STAR)?|[23]D)$/);
  }
});

test('words stay what they are, one by one and joined with spaces, whichever are left out', () => {
  const all = [...words];
  for (const word of all) assert.deepEqual(wordsOf([word]), [word]);
  const random = seeded(3);
  for (let round = 0; round < 3000; round++) {
    const some = [...new Set(Array.from({ length: 6 }, () => all[Math.floor(random() * all.length)]!))];
    assert.deepEqual(wordsOf([some.join(' ')]), some);
    assert.deepEqual(wordsOf(some), some);
  }
});

test('words of some themes only', () => {
  const texts = ['GE Healthcare', 'Ax T2 liver'];
  assert.deepEqual(wordsOf(texts, ['anatomy']), ['LIVER']);
  assert.deepEqual(wordsOf(texts, ['vendor', 'plane']), ['GE', 'AXIAL']);
});

test('a long text is read in part, a long token not at all', () => {
  assert.deepEqual(wordsOf([`${'x '.repeat(2000)} liver`]), []);
  assert.deepEqual(wordsOf(['T1'.repeat(100)]), []);
});

/** Numbers in [0, 1) that look random: the same ones for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
