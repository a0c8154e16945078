/**
 * The words that we know, by what they tell, each with what is written for it: in English, German, French, Spanish, Italian, Dutch and Portuguese,
 * and in the names of vendors' sequences. `_` joins the parts of a phrase; accents are left out. What stands under two words means both.
 *
 * A word goes into kept files and into results, so none may be a name of a person or place, and digits occur only as in T1 or 3D. Sequences that are
 * called like people have another word (Dixon: CHEMICAL_SHIFT). A word has at most 16 characters: the room of a code string.
 */
const vocabulary = {
  weighting: {
    T1: 'T1W T1WI T1GEW T1MAP',
    T2: 'T2W T2WI T2GEW T2MAP',
    T2_STAR: 'T2STAR T2_STERN T2STERN R2STAR R2 R2S',
    PD: 'PDW PDWI PROTON_DENSITY PROTONENDICHTE DENSITE_PROTON',
    SUSCEPTIBILITY: 'SWI SWAN SWIP VENBOLD',
    DIFFUSION: `DIFF DWI DW DTI DWIBS EDWI QDWI SSDWI SSHDWI DWISE DWIEPI TRACE TRACEW IVIM RESOLVE BVALUE BVAL DIFFUSIONE DIFUSION DIFUSAO
      DIFFUSIE DIFFUSIONSGEWICHTET`,
    ADC: 'EADC DADC CDA ADCMAP',
    PERFUSION: 'PWI ASL DSC PERF PERFUSIE PERFUSIONE',
  },
  family: {
    TSE: 'FSE FRFSE FRFSEXL FSEXL XLFSE RARE TURBO_SPIN_ECHO FAST_SPIN_ECHO TURBOSPINECHO SSFSE SSTSE SSHTSE SS_FSE SS_TSE SSH_TSE MVXD',
    SINGLE_SHOT: 'SINGLESHOT HASTE SSFSE SSTSE SSHTSE SS_FSE SS_TSE SSH_TSE SSH SSHOT FASE SSFASE H2D H3D',
    SPIN_ECHO: 'SPINECHO ECHO_DE_SPIN ECHO_SPIN ECO_DE_SPIN SPINECHOSEQUENZ',
    GRADIENT_ECHO:
      'GRE FFE GR FLASH FGRE EFGRE SPGR FSPGR MFGRE FE FIELD_ECHO GRADIENTECHO GRADIENTENECHO ECHO_DE_GRADIENT ECO_DE_GRADIENTE',
    TURBO_GRE: 'TFE TFL TURBOFLASH TURBO_FLASH TURBO_FIELD_ECHO',
    VIBE: 'LAVA LAVA_FLEX LAVAFLEX THRIVE ETHRIVE QUICK_3D QUICK3D QUICK3DS TIGRE FAME STARVIBE CAIPIVIBE TWISTVIBE VIBEDIXON DISCO EFGRE3D',
    BALANCED:
      'TRUFI TRUEFISP TRUE_FISP FIESTA BFFE BTFE SBTFE B_FFE B_TFE SSFP TRUESSFP TRUE_SSFP BSSFP BASG FISP',
    MPRAGE: 'MP_RAGE MPRAGE BRAVO MPTFE',
    SPACE: 'CUBE VISTA SPC MATRIX_FSE ISOFSE MPV',
    PROPELLER: 'BLADE MULTIVANE JETFSE RADAR',
    EPI: 'EP EPFID EPSE SEEPI GREEPI',
    STIR: 'TIR TIRM',
    FLAIR: 'DARKFLUID DARK_FLUID',
    CINE: 'KINO REALTIME REAL_TIME',
  },
  purpose: {
    LOCALIZER: `LOC LOCS LOCALISER LOCALIZADOR LOCALIZADORA LOCALIZZATORE LOCALISATEUR LOCALIZATION SCOUT AASCOUT AAHSCOUT SURVEY PILOT TOPOGRAM
      TOPOGRAMM REPERAGE PLANSCAN PLAN_SCAN LOKALIZER LOKALISATION UEBERSICHT UBERSICHT 3PLANE 3PL 3PLN 3_PLANE 3_PL 3_PLN THREE_PLANE TRIPLANE TRIPLAN`,
    CALIBRATION:
      'CAL REFERENCE CALIB KALIBRIERUNG CALIBRACION CALIBRAZIONE REFSCAN REF_SCAN SENSEREF SENSE_REF COILSENS PRESCAN ASSETCAL ASSET_CAL',
    FIELD_MAP: 'FIELDMAP FIELD_MAPPING B0_MAP B0MAP B1_MAP B1MAP SHIM',
    BOLUS: 'CAREBOLUS BOLUSTRAK SMARTPREP TESTBOLUS FLUOROTRIGGER',
    PHANTOM: 'FANTOM PHANTOMA',
    MRCP: `CPRM CHOLANGIO CHOLANGIOGRAPHY CHOLANGIOGRAPHIE CHOLANGIOPANCREATOGRAPHY CHOLANGIOPANKREATIKOGRAPHIE COLANGIO COLANGIORM COLANGIOGRAFIA
      BILI_IRM`,
    ANGIOGRAPHY: 'MRA ANGIO ANGIOGRAPHIE ANGIOGRAFIA ANGIOGRAFIE CEMRA TOF TRICKS INHANCE',
    ELASTOGRAPHY: 'MRE ELASTO ELASTOGRAPHIE ELASTOGRAFIA MRTOUCH MR_TOUCH STIFFNESS',
    SPECTROSCOPY:
      'MRS SVS CSI SPECTRO SPEKTROSKOPIE SPECTROSCOPIE ESPECTROSCOPIA SPETTROSCOPIA SPECTROSCOPIA',
    FAT_FRACTION:
      'FATFRACTION FATFRAC PDFF IDEALIQ IDEAL_IQ LIVERLAB LIVER_LAB MDIXONQUANT MDIXON_QUANT QDIXON HISTO FETTFRAKTION',
    MAP: 'MAPS QUANTIFICATION MAPPING T1MAP T2MAP ADCMAP MOLLI CARTOGRAPHIE MAPA MAPPA KARTE T1RHO MAPIT',
  },
  derived: {
    SUBTRACTION:
      'SUB SUBS SUBTR SUBTRACT SUBTRACTED SUBTRAKTION SUBTRACTIE SUSTRACCION SOUSTRACTION SOUST SOTTRAZIONE SUBTRACAO',
    MIP: 'MIPS MINIP PROJECTION PROJEKTION',
    MPR: 'MPRS REFORMAT REFORMATS REFORMATTED REFORMATION REFORMATIERT',
    RENDERED: 'VRT VRS RENDERING',
    SCREENSHOT: 'SCREENSAVE SCREEN_SAVE SCREEN_SHOT SCREENCAPTURE SECONDARY_CAPTURE',
    REPORT: 'REPORTS BEFUND',
    COMPOSED: 'COMPOSING COMPOSE',
  },
  plane: {
    AXIAL:
      'AX AXI AXIALE AXIALES AXIAAL TRA TRAN TRANS TRANSV TRANSVERSAL TRANSVERSE TRANSVERSALE TRANSVERSAAL TRANSVERSO',
    CORONAL: 'COR CORO CORONALE CORONALES CORONAAL KOR KORONAR KORONAL FRONTAL',
    SAGITTAL: 'SAG SAGI SAGITAL SAGITTALE SAGITTALES SAGITTAAL',
    OBLIQUE: 'OBL OBLICUO OBLICUA OBLIQUO OBLIQUA',
    RADIAL: 'RADIALE STARVIBE',
  },
  dimensions: { '2D': 'H2D', '3D': 'H3D QUICK_3D QUICK3D QUICK3DS EFGRE3D ISOFSE' },
  fat: {
    FAT_SUPPRESSED: `FS FATSAT FAT_SAT FSAT SPAIR SPIR SPECIR FATSUP FATSUPP FAT_SUP FAT_SUPP FAT_SUPPRESSION FAT_SATURATED FAT_SATURATION
      FATSUPPRESSION FATSATURATION CHEMSAT CHEM_SAT FETTGESAETTIGT FETTGESATTIGT FETTSAETTIGUNG FETTSATTIGUNG FETTSAT FETTSUPPRESSION FETTSUPPRIMIERT
      SATGRAISSE SAT_GRAISSE SUPPRESSION_GRAISSE SATGRASA SAT_GRASA SATURACION_GRASA SUPRESION_GRASA SATGRASSO SATURAZIONE_GRASSO VETSUPPRESSIE
      SATURACAO_GORDURA WATER_EXCITATION WATEREXC WATEX PROSET QFS QFATSAT`,
    CHEMICAL_SHIFT: 'DIXON MDIXON VIBEDIXON IDEAL LAVAFLEX LAVA_FLEX FSEFLEX FSE_FLEX WFS WFOP FATSEP',
    WATER: 'WATERONLY WASSER EAU AGUA ACQUA',
    FAT: 'FATONLY FETT GRAISSE GRASA GRASSO GORDURA',
    IN_PHASE: `INPHASE INPHAS INPH IP INFASE IN_FASE EN_FASE EN_PHASE ENPHASE EM_FASE IP_OP IPOP IOP IN_OPP INOPP OPP_IN OPPIN OP_IP INOUT IN_OUT
      IN_AND_OUT IN_OUT_PHASE IN_AND_OUT_OF_PHASE OUT_IN DUAL_ECHO DUALECHO DUAL_FFE DUALFFE`,
    OUT_OF_PHASE: `OUTPHASE OUT_PHASE OUTOFPHASE OPP OPP1 OPPPHASE OPP_PHASE OPPOSED OPPOSEDPHASE OPPOSED_PHASE OP OOP GEGENPHASE GEGENPHASIG
      OPPOSITION_DE_PHASE OPPOSITION_PHASE OPPOSITION FUERA_DE_FASE FUERA_FASE OPOSICION_DE_FASE OPOSICION FUORI_FASE FORA_DE_FASE UIT_FASE IP_OP IPOP
      IOP IN_OPP INOPP OPP_IN OPPIN OP_IP INOUT IN_OUT IN_AND_OUT IN_OUT_PHASE IN_AND_OUT_OF_PHASE OUT_IN DUAL_ECHO DUALECHO DUAL_FFE DUALFFE`,
  },
  contrast: {
    PRE_CONTRAST: `PRE PRECONTRAST PRECON PREGAD PREGD PRE_GAD PRE_GD PRE_KM NATIV NATIVE NATIEF UNENHANCED NONCON NON_CONTRAST WITHOUT_CONTRAST
      WO_CONTRAST WITHOUT_GAD WO_GAD OHNE_KM OHNE_KONTRAST OHNE_KONTRASTMITTEL SANS_INJECTION SANS_INJ SANS_GADO SANS_CONTRASTE SIN_CONTRASTE SIN_CIV
      SIN_GADO SENZA_MDC SENZA_CONTRASTO SEM_CONTRASTE ZONDER_CONTRAST BLANCO BASAL BASALE`,
    CONTRAST: `POST POSTCONTRAST POSTCON POSTGAD POSTGD GAD GD GADO GADOLINIUM CE ENHANCED KM KONTRAST KONTRASTMITTEL CONTRASTE CONTRASTO CIV MDC INJ
      INJECTE INJECTION GADOVIST GADAVIST MAGNEVIST DOTAREM EOVIST PRIMOVIST MULTIHANCE PROHANCE OMNISCAN`,
    ARTERIAL: 'ART ARTERIELL ARTERIELLE ARTERIEL ARTERIEEL ARTERIOSA ARTERIOSO HAP LAP',
    VENOUS:
      'VEN PORTAL PORTALE PORTALVENOUS PORTALVENOES PORTALVENOS PORTOVENOSA PVP PV VENOES VENOS VENOSA VENOSO VEINEUX VENEUS PORT',
    DELAYED: `DELAY LATE TARDIF TARDIVE TARDIVA TARDIO TARDIA SPAET SPAT SPAETPHASE SPATPHASE VERZOEGERT VERZOGERT VERTRAAGD EQUILIBRIUM EQUIL
      EQUILIBRE EQUILIBRIO TRANSITIONAL`,
    HEPATOBILIARY:
      'HBP HEPATOBILIAER HEPATOBILIAR HEPATOBILIAIRE HEPATOBILIARE HEPATOSPECIFIC HEPATOSPEZIFISCH LEBERSPEZIFISCH',
    DYNAMIC:
      'DYN TWIST DYNAMISCH DYNAMIQUE DINAMICO DINAMICA DYNAMIEK DCE MULTIPHASE MULTIPHASIC MPH MULTIFASE',
  },
  breathing: {
    BREATH_HOLD: 'BH MBH BREATHHOLD BREATHHOLDS BREATH_HOLDS BHOLD APNEE APNEA ATEMANHALT ATEMSTILLSTAND',
    TRIGGERED: 'RT RTR RESP TRIG TRIGGER TRIGGERS RESPTRIG NAV NAVI PACE GATED',
    FREE_BREATHING: 'FB FREEBREATHING FREIE_ATMUNG',
  },
  anatomy: {
    ABDOMEN: 'ABD ABDO ABDOMINAL ABDOMINALE OBERBAUCH BAUCH ABDOME ADDOME ADDOMINALE BUIK',
    LIVER: 'LEBER FOIE HIGADO FEGATO LEVER FIGADO HEPATIC HEPATIQUE HEPATICO HEPATICA HEPAR',
    PANCREAS: 'PANKREAS PANCREATIC ALVLEESKLIER',
    KIDNEY: 'KIDNEYS RENAL NIERE NIEREN REINS RINON RINONES NIER',
    SPLEEN: 'MILZ BAZO MILZA MILT',
    ADRENAL: 'ADRENALS NEBENNIERE NEBENNIEREN',
    GALLBLADDER: 'BILIARY BILIAIRE BILIAR BILIARE GALLE GALLENBLASE GALLENWEGE',
    BOWEL: 'ENTERO ENTEROGRAPHY ENTEROGRAPHIE DARM COLON RECTUM RECTAL REKTUM',
    PELVIS: 'BECKEN BASSIN PELVIC PELVIEN PELVICO PELVE PELVI BACINO BEKKEN PELVICA',
    PROSTATE: 'PROSTATA PROSTAAT',
    UTERUS: 'UTERO CERVIX',
    BLADDER: 'HARNBLASE VESSIE VEJIGA VESCICA',
    FETUS: 'FETAL FOETAL FOETUS',
    BRAIN: 'HIRN GEHIRN CEREBRAL CEREBRO CEREBRUM ENCEPHALE ENCEFALO CERVELLO NEURO HERSENEN',
    HEAD: 'KOPF CABEZA CABECA TESTA SCHAEDEL SCHADEL SKULL CRANIUM CRANIAL CRANEO CRANE HOOFD',
    ORBIT: 'ORBITS ORBITA ORBITE',
    PITUITARY: 'HYPOPHYSE HIPOFISIS SELLA',
    NECK: 'HALS CUELLO COLLO PESCOCO',
    SPINE: `CSPINE TSPINE LSPINE WIRBELSAEULE WIRBELSAULE HWS BWS LWS RACHIS COLUMNA COLONNA COLUNA WERVELKOLOM LUMBAR LUMBAL LUMBALE CERVICAL
      CERVICALE`,
    CHEST: 'THORAX THORACIC THORAKAL TORAX TORACE LUNG LUNGS LUNGE POUMON PULMON PULMONARY',
    HEART: 'CARDIAC CARDIO HERZ COEUR CORAZON CUORE CORACAO',
    AORTA: 'AORTE AORTIC',
    BREAST: 'BREASTS MAMMA BRUST MAMA MAMMELLA BORST',
    SHOULDER: 'SCHULTER EPAULE HOMBRO SPALLA OMBRO SCHOUDER',
    ELBOW: 'ELLBOGEN COUDE CODO GOMITO ELLEBOOG',
    WRIST: 'HANDGELENK POIGNET MUNECA POLSO POLS',
    HAND: 'HANDS FINGER MANO',
    HIP: 'HIPS HUEFTE HUFTE HANCHE CADERA ANCA HEUP',
    KNEE: 'KNEES KNIE GENOU RODILLA GINOCCHIO JOELHO',
    ANKLE: 'SPRUNGGELENK CHEVILLE TOBILLO CAVIGLIA TORNOZELO ENKEL',
    FOOT: 'FUSS PIED PIEDE VOET',
    EXTREMITY:
      'EXTREMITIES THIGH CALF FEMUR TIBIA LEG LEGS BEIN JAMBE PIERNA GAMBA OBERSCHENKEL UNTERSCHENKEL HUMERUS FOREARM UNTERARM',
    WHOLE_BODY: 'WHOLEBODY GANZKOERPER GANZKORPER CORPS_ENTIER CUERPO_ENTERO',
  },
  vendor: {
    GE: 'GEMS GENERAL_ELECTRIC',
    SIEMENS: 'HEALTHINEERS',
    PHILIPS: '',
    CANON: '',
    TOSHIBA: '',
    HITACHI: '',
    FUJIFILM: 'FUJI',
    UIH: 'UNITED_IMAGING',
    MINDRAY: '',
    ESAOTE: '',
    NEUSOFT: '',
    ALLTECH: '',
    BRUKER: '',
  },
} as const;

type Themes = typeof vocabulary;
export type Theme = keyof Themes;
/** A recognised word. */
export type Word = { [T in Theme]: keyof Themes[T] }[Theme];

/** Phrases that would be read as what they are not. */
const meaningless = [
  'POST_OP',
  'PRE_OP',
  'W_WO_CONTRAST',
  'WITH_AND_WITHOUT_CONTRAST',
  'WITHOUT_AND_WITH_CONTRAST',
  'W_AND_WO_CONTRAST',
];
/** Themes whose writings are glued together: `AXT2FS`. */
const gluedThemes = new Set<Theme>(['weighting', 'family', 'plane', 'dimensions', 'fat', 'breathing']);
/** What stands for a word only within a glued token: Siemens' `fl3d1`, `fi2d1`, Philips' `T2SE`. */
const gluedOnly: Readonly<Record<string, Word>> = {
  FL: 'GRADIENT_ECHO',
  FI: 'BALANCED',
  TFI: 'BALANCED',
  SE: 'SPIN_ECHO',
  MAP: 'MAP',
};
/** What names one image of a Dixon series, if it is the end of its description. */
const dixonEndings: Readonly<Record<string, Word>> = { W: 'WATER', F: 'FAT', IN: 'IN_PHASE' };
/** Longest text, and token, that is looked at: those of the standard have 64 characters. */
const textCharactersMax = 1024;
const tokenCharactersMax = 32;
/** From this delay on after the injection, an image is of the hepatobiliary phase. */
const hepatobiliaryMinutes = 15;

const themeOf = new Map<Word, Theme>(
  Object.entries(vocabulary).flatMap(([theme, words]) =>
    Object.keys(words).map((word) => [word as Word, theme as Theme] as const),
  ),
);

/** Every word that `wordsOf` can give. */
export const words: ReadonlySet<Word> = new Set(themeOf.keys());

/** What is written → the words that it stands for. */
const meanings = new Map<string, readonly Word[]>(meaningless.map((phrase) => [phrase, []]));
for (const table of Object.values(vocabulary)) {
  for (const [word, written] of Object.entries<string>(table)) {
    for (const form of [word, ...written.split(/\s+/).filter(Boolean)]) {
      meanings.set(form, [...new Set([...(meanings.get(form) ?? []), word as Word])]);
    }
  }
}
const phraseTokensMax = Math.max(...Array.from(meanings.keys(), (form) => form.split('_').length));

const gluedMeanings = new Map<string, readonly Word[]>(
  Object.entries(gluedOnly).map(([form, word]) => [form, [word]]),
);
for (const [form, meaning] of meanings) {
  const glues = meaning.some((word) => gluedThemes.has(themeOf.get(word)!));
  if (glues && form.length >= 2 && !form.includes('_')) gluedMeanings.set(form, meaning);
}
const pieceCharactersMax = Math.max(...Array.from(gluedMeanings.keys(), ({ length }) => length));

/**
 * The words of our vocabulary that free texts have, in order of appearance, each once; of `themes` only, if given. Nothing else of the texts is in
 * them, so they can be kept where the texts can't. Words stay what they are, alone or joined with spaces.
 */
export function wordsOf(texts: readonly string[], themes?: readonly Theme[]): Word[] {
  const found = [...new Set(texts.flatMap((text) => wordsOfText(text)))];
  return themes === undefined ? found : found.filter((word) => themes.includes(themeOf.get(word)!));
}

function wordsOfText(text: string): Word[] {
  const tokens = tokensOf(text);
  const found: Word[] = [];
  for (let at = 0; at < tokens.length;) {
    const { meaning, length } = longestPhrase(tokens, at);
    found.push(...meaning);
    at += length;
  }
  const ending = dixonEndings[tokens.at(-1) ?? ''];
  if (ending !== undefined && found.includes('CHEMICAL_SHIFT')) found.push(ending);
  return found;
}

/** Upper case, without accents, cut at whatever is neither letter nor digit, and what is not known also where its case rises: `holdSURVEY`. */
function tokensOf(text: string): string[] {
  return text
    .slice(0, textCharactersMax)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([TR]2)\*/gi, '$1STAR ')
    .replaceAll(/\+\s?C(?![\p{L}\p{N}])/gu, ' CONTRAST ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '' && token.length <= tokenCharactersMax)
    .flatMap((token) => (isKnown(token.toUpperCase()) ? [token] : token.split(/(?<=\p{Ll})(?=\p{Lu})/u)))
    .map((token) => token.toUpperCase());
}

function isKnown(token: string): boolean {
  return meanings.has(token) || meaningOfGlued(token).length > 0;
}

function longestPhrase(tokens: readonly string[], at: number): { meaning: readonly Word[]; length: number } {
  for (let length = Math.min(phraseTokensMax, tokens.length - at); length >= 1; length--) {
    const phrase = tokens.slice(at, at + length).join('_');
    const meaning = meanings.get(phrase) ?? meaningOfNumber(phrase);
    if (meaning !== undefined) return { meaning, length };
  }
  return { meaning: meaningOfGlued(tokens[at]!), length: 1 };
}

/** `b800` and `b_800`; `20min` and `20 min` after the injection. */
function meaningOfNumber(phrase: string): readonly Word[] | undefined {
  if (/^B_?\d{2,4}[A-Z]?$/.test(phrase)) return ['DIFFUSION'];
  const [, minutes] = /^(\d{1,2})_?MINS?$/.exec(phrase) ?? [];
  if (minutes === undefined) return undefined;
  return [Number(minutes) >= hepatobiliaryMinutes ? 'HEPATOBILIARY' : 'DELAYED'];
}

/** The words of a token that is nothing but known pieces (`T1TFE`) and a counter at its end (`fl3d1`). */
function meaningOfGlued(token: string): readonly Word[] {
  // From the end: what is known of the rest of the token after each place.
  const rests: (readonly Word[] | undefined)[] = Array.from({ length: token.length + 1 });
  rests[token.length] = [];
  for (let at = token.length - 1; at >= 1; at--) {
    if (/^\d+$/.test(token.slice(at))) rests[at] = [];
    rests[at] = longestPiece(token, at, rests) ?? rests[at];
  }
  return longestPiece(token, 0, rests) ?? [];
}

function longestPiece(
  token: string,
  at: number,
  rests: readonly (readonly Word[] | undefined)[],
): readonly Word[] | undefined {
  for (let length = Math.min(pieceCharactersMax, token.length - at); length >= 2; length--) {
    const piece = gluedMeanings.get(token.slice(at, at + length));
    const rest = rests[at + length];
    if (piece !== undefined && rest !== undefined) return [...piece, ...rest];
  }
  return undefined;
}
