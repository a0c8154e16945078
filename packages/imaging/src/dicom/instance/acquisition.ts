import { numberOf, textOf, textsOf } from '@hepastage/dicom';
import { first, type FrameSource } from './functional-groups.ts';

/** Inversion times that null fat at 0.5 to 3 T, ms (STIR). Longer ones null water. */
const fatNullingMs = { min: 80, max: 300 };
/** Spectrally Selected Suppression (DICOM PS3.3, C.8.13.5.4). */
const suppressesFat: Readonly<Record<string, boolean>> = {
  FAT: true,
  FAT_AND_WATER: true,
  NONE: false,
  WATER: false,
};
/** What people write where no agent was given. */
const saysNone = /^(none|no|n|0|without)?$/i;

/** SE, IR, GR, EP, RM. Enhanced objects tell it in other attributes. */
export function scanningSequenceOf(source: FrameSource): string[] {
  const { object } = source;
  const stated = codesOf(textsOf(object, 'ScanningSequence'));
  if (stated.length > 0) return stated;
  const echo = textOf(object, 'EchoPulseSequence');
  const parts: readonly [string, boolean][] = [
    ['SE', echo === 'SPIN' || echo === 'BOTH' || textOf(object, 'MultipleSpinEcho') === 'YES'],
    ['IR', isInversionRecovery(source)],
    ['GR', echo === 'GRADIENT' || echo === 'BOTH'],
    ['EP', textOf(object, 'EchoPlanarPulseSequence') === 'YES'],
  ];
  return parts.filter(([, used]) => used).map(([code]) => code);
}

function isInversionRecovery(source: FrameSource): boolean {
  return first(source, 'MRModifierSequence', (dataSet) => dataSet.InversionRecovery?.[0]) === 'YES';
}

export function inversionTimeOf(source: FrameSource): number | undefined {
  return first(
    source,
    'MRModifierSequence',
    (dataSet) => numberOf(dataSet, 'InversionTimes') ?? numberOf(dataSet, 'InversionTime'),
  );
}

/** Undefined where nothing is said of fat. */
export function isFatSuppressed(source: FrameSource): boolean | undefined {
  if (textsOf(source.object, 'ScanOptions').includes('FS')) return true;
  const time = inversionTimeOf(source);
  const nullsFat = time !== undefined && time >= fatNullingMs.min && time <= fatNullingMs.max;
  if (nullsFat && scanningSequenceOf(source).includes('IR')) return true;
  const spectral = first(
    source,
    'MRModifierSequence',
    (dataSet) => dataSet.SpectrallySelectedSuppression?.[0],
  );
  return spectral === undefined ? undefined : suppressesFat[spectral];
}

/** A contrast agent is named, or was given. Its name is not kept: at the door it becomes YES. */
export function hasContrastAgent(source: FrameSource): boolean {
  const agents = textsOf(source.object, 'ContrastBolusAgent');
  if (agents.some((agent) => !saysNone.test(agent))) return true;
  const given = first(
    source,
    'ContrastBolusUsageSequence',
    (dataSet) => dataSet.ContrastBolusAgentAdministered?.[0],
  );
  return given === 'YES';
}

/** Echoes after one excitation that are refocused by RF pulses, or as the object says. */
export function echoTrainLengthOf(source: FrameSource): number | undefined {
  const timing = 'MRTimingAndRelatedParametersSequence';
  const byPulses = first(source, timing, (dataSet) => numberOf(dataSet, 'RFEchoTrainLength'));
  if (byPulses !== undefined && byPulses > 0) return byPulses;
  return first(source, timing, (dataSet) => numberOf(dataSet, 'EchoTrainLength'));
}

/** Upper case; what is no code string of the standard (PS3.5, 6.2) is left out, but keeps its place. */
export function codesOf(values: readonly string[]): string[] {
  return values
    .map((value) => value.toUpperCase())
    .map((value) => (/^[A-Z0-9 _.-]{1,16}$/.test(value) ? value : ''));
}
