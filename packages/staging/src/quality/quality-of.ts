import type { ImageFinding, Volume } from '@hepastage/imaging';
import { Sequence } from '@hepastage/proto';
import { measureQuality } from './measures.ts';
import { type QualityRule, qualityRules } from './quality-rules.ts';

/** Thresholds are met within this ratio: spacings are stored as float32. */
const tolerance = 1e-4;

type Judged = ImageFinding & { readonly severity: 'WARNING' | 'SEVERE' };

/** What is wrong with an image: one finding for each code, in the order of the rules. Empty for a sound image. Throws nothing. */
export function qualityOf(volume: Volume, sequence: Sequence): ImageFinding[] {
  const measures = measureQuality(volume);
  const isPlaced = volume.affineSource !== 'none';
  const findings = new Map<string, Judged>();
  for (const rule of qualityRules) {
    const found = judge(rule, measures[rule.measure], sequence, isPlaced);
    if (found === undefined) continue;
    const before = findings.get(rule.code);
    if (before === undefined || (before.severity === 'WARNING' && found.severity === 'SEVERE')) {
      findings.set(rule.code, found);
    }
  }
  return [...findings.values(), ...(measures.signalToNoise === undefined ? [notMeasured] : [])];
}

const notMeasured: ImageFinding = {
  code: 'QUALITY_NOT_MEASURED',
  severity: 'INFO',
  message: 'There is too little tissue in the image to measure its noise.',
};

function judge(
  rule: QualityRule,
  value: number | undefined,
  sequence: Sequence,
  isPlaced: boolean,
): Judged | undefined {
  const { code, warning, severe, inPatient } = rule;
  if (value === undefined) return undefined;
  if (severe !== undefined && (isPlaced || !inPatient) && isBeyond(rule, value, severe)) {
    return { code, severity: 'SEVERE', message: message(rule, value, severe, "it can't be staged"), value };
  }
  const limit = typeof warning === 'number' ? warning : warning[sequence === Sequence.T2W ? 't2w' : 't1w'];
  if (!isBeyond(rule, value, limit)) return undefined;
  return {
    code,
    severity: 'WARNING',
    message: message(rule, value, limit, 'the result may be biased'),
    value,
  };
}

function isBeyond({ bad }: QualityRule, value: number, limit: number): boolean {
  return bad === 'above' ? value > limit * (1 + tolerance) : value < limit * (1 - tolerance);
}

/** `Pixels are 3.22 mm wide; with more than 2 mm the result may be biased.` */
function message(rule: QualityRule, value: number, limit: number, consequence: string): string {
  const than = rule.bad === 'above' ? 'more than' : 'less than';
  return `${rule.says(quantity(rule, value))}; with ${than} ${quantity(rule, limit)} ${consequence}.`;
}

/** `3.22 mm`, `12.5 %`. */
function quantity({ unit }: QualityRule, value: number): string {
  const shown = unit === '%' ? 100 * value : value;
  const digits = String(Number(shown.toPrecision(3)));
  return unit === '' ? digits : `${digits} ${unit}`;
}
