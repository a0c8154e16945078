import {
  type Assumption,
  dayWeights,
  hourWeights,
  type ParameterName,
  type Parameters,
} from '../assumptions.ts';
import { figure, table } from './markdown.ts';

/** Every assumption with what holds in this run. */
export function assumptionsTable(
  assumptions: Readonly<Record<ParameterName, Assumption>>,
  parameters: Parameters,
): string {
  const rows = Object.entries(assumptions).map(([name, { value, unit, source, what }]) => {
    const set = parameters[name as ParameterName];
    return [`\`${name}\``, figure(set), unit, set === value ? source : 'set', what];
  });
  return `${table(['name', 'value', 'unit', 'source', 'what'], rows, [1])}

Hours of a day, relative to one another (assumed): ${hourWeights.join(' ')}. Days from Monday (assumed): ${dayWeights.join(' ')}.`;
}
