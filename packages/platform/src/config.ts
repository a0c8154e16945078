import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { readConfigFile } from './config-file.ts';

/** Settings are read from the environment under this prefix, unless a setting names its own variable. */
const environmentPrefix = 'HEPASTAGE_';

/**
 * Reads a service's settings from the environment: property `uploadBytesMax` from `HEPASTAGE_UPLOAD_BYTES_MAX`, or from the variable that the
 * schema's `env` names. Lists are comma-separated. A setting whose schema is marked `secret` is never quoted, and may lie in a file that `<VARIABLE>_FILE` names: where an
 * environment can be looked at, a file need not be. Call it in main only. Throws INVALID_CONFIG that lists every setting that is wrong and what it should be.
 */
export function parseConfig<P extends TProperties>(
  schema: TObject<P>,
  environment: NodeJS.ProcessEnv,
): Static<TObject<P>> {
  const given: Record<string, unknown> = {};
  const unreadable = new Map<string, string>();
  for (const [name, property] of Object.entries(schema.properties)) {
    try {
      const text = givenText(variableOf(name, property), property, environment);
      if (text !== undefined) given[name] = Type.IsArray(property) ? splitList(text) : text;
    } catch (error) {
      unreadable.set(name, HepastageError.from(error).details.what);
    }
  }
  const settings = Value.Convert(schema, Value.Default(schema, given));
  const problems = Object.entries(schema.properties).flatMap(([name, property]) => {
    const cause = unreadable.get(name);
    if (cause !== undefined) return [cause];
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

/** What the environment says of a setting. Throws INVALID_CONFIG. */
function givenText(variable: string, property: TSchema, environment: NodeJS.ProcessEnv): string | undefined {
  const text = filled(environment[variable]);
  const fileVariable = `${variable}_FILE`;
  const path = isSecret(property) ? filled(environment[fileVariable]) : undefined;
  if (path === undefined) return text;
  if (text !== undefined) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: `${variable} and ${fileVariable} are both set`,
    });
  }
  // Editors and `echo` end a file with a line break that belongs to no secret.
  return readConfigFile(fileVariable, path).replace(/\r?\n$/, '');
}

/** An empty variable is how compose files and shells say "not set". */
function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function isSecret(property: TSchema): boolean {
  return (property as { secret?: unknown }).secret === true;
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
  return `${variable} ${message}${isSecret(property) ? '' : `, received ${JSON.stringify(value)}`}${meaning}`;
}
