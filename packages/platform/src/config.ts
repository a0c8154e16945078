import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';

/** Settings are read from the environment under this prefix, unless a setting names its own variable. */
const environmentPrefix = 'HEPASTAGE_';

/**
 * Reads a service's settings from the environment: property `uploadBytesMax` from `HEPASTAGE_UPLOAD_BYTES_MAX`, or from the variable that the
 * schema's `env` names. Lists are comma-separated. A setting whose schema is marked `secret` is never quoted. Call it in main only. Throws INVALID_CONFIG that lists every setting that is wrong and what it should be.
 */
export function parseConfig<P extends TProperties>(
  schema: TObject<P>,
  environment: NodeJS.ProcessEnv,
): Static<TObject<P>> {
  const given: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const text = environment[variableOf(name, property)];
    // An empty variable is how compose files and shells say "not set".
    if (text !== undefined && text !== '') given[name] = Type.IsArray(property) ? splitList(text) : text;
  }
  const settings = Value.Convert(schema, Value.Default(schema, given));
  const problems = Object.entries(schema.properties).flatMap(([name, property]) => {
    const value = (settings as Record<string, unknown>)[name];
    if (value === undefined && Type.IsOptional(property)) return [];
    const [problem] = Value.Errors(property, value);
    return problem === undefined
      ? []
      : [describeProblem(variableOf(name, property), property, value, problem.message)];
  });
  if (problems.length > 0) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: problems.join('; '),
      where: 'environment',
      action: 'set the variable and start again',
    });
  }
  return settings as Static<TObject<P>>;
}

/** The environment variable of a setting. */
function variableOf(name: string, property: TSchema): string {
  const own: unknown = (property as { env?: unknown }).env;
  return typeof own === 'string'
    ? own
    : environmentPrefix + name.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function describeProblem(variable: string, property: TSchema, value: unknown, message: string): string {
  const description: unknown = (property as { description?: unknown }).description;
  const meaning = typeof description === 'string' ? ` [${description}]` : '';
  if (value === undefined) return `${variable} is not set${meaning}`;
  const secret = (property as { secret?: unknown }).secret === true;
  return `${variable} ${message}${secret ? '' : `, received ${JSON.stringify(value)}`}${meaning}`;
}
