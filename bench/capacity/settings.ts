import {
  type Assumption,
  assumptionsFrom,
  type ParameterName,
  type Parameters,
  parametersOf,
} from './assumptions.ts';
import type { Measured } from './measured.ts';

export interface Settings {
  readonly measured: Measured;
  readonly assumptions: Readonly<Record<ParameterName, Assumption>>;
  readonly parameters: Parameters;
}

/** The assumptions, with `NAME=VALUE` in place of what is set. Throws a RangeError that says what is wrong. */
export function settingsOf(measured: Measured, set: readonly string[]): Settings {
  const assumptions = assumptionsFrom(measured);
  const values = set.map((text) => {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/.exec(text) ?? [];
    if (!Object.hasOwn(assumptions, name))
      throw new RangeError(`${text} is no NAME=VALUE: there are ${Object.keys(assumptions).join(', ')}`);
    if (!(Number(value) >= 0 && Number(value) < Infinity))
      throw new RangeError(`${name} is a number from 0, not ${value}`);
    return [name, Number(value)] as const;
  });
  const parameters = parametersOf(assumptions, Object.fromEntries(values) as Partial<Parameters>);
  const broken = brokenRule(parameters);
  if (broken !== undefined) throw new RangeError(broken);
  return { measured, assumptions, parameters };
}

/** What would make a run endless or meaningless. */
function brokenRule(p: Parameters): string | undefined {
  const positive = [
    'days',
    'coresPerWorker',
    'jobsInFlight',
    'imagingThreads',
    'coreSpeed',
    'batchSlicesMax',
    'pollSeconds',
    'admissionSeconds',
    'jobsPerWorker',
    'jobAttempts',
  ] as const;
  const zero = positive.find((name) => p[name] <= 0);
  if (zero !== undefined) return `${zero} must be more than 0`;
  if (p.workersMax < Math.max(1, p.workersMin)) return 'workersMax is at least 1, and at least workersMin';
  const share = (['statShare', 'burstShare', 'permanentFailures', 'transientFailures'] as const).find(
    (name) => p[name] > 1,
  );
  return share === undefined ? undefined : `${share} is a share: at most 1`;
}
