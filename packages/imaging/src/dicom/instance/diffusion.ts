import { numberOf } from '@hepastage/dicom';
import { first, type FrameSource } from './functional-groups.ts';

/** GE adds this to b-values of series that have several. */
const geOffset = 1e9;
/** Largest b-value that an MR scanner can make, s/mm². */
const bValueMax = 100_000;

/** b-value, s/mm²: the standard's attribute before vendors' private ones. */
export function bValueOf(source: FrameSource): number | undefined {
  const { object } = source;
  const ge = numberOf(object, 'GeBValues');
  const stated = [
    first(source, 'MRDiffusionSequence', (dataSet) => numberOf(dataSet, 'DiffusionBValue')),
    numberOf(object, 'SiemensBValue'),
    numberOf(object, 'PhilipsBValue'),
    ge === undefined || ge < geOffset ? ge : ge - geOffset,
  ];
  return stated.find((value) => value !== undefined && value >= 0 && value <= bValueMax);
}
