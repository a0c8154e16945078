import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

const integer = /^-?\d+$/;

/** Bodies are checked as they are; what arrives as text (queries, headers, paths) is converted. Text becomes an integer only where it is one: TypeBox would take `true` and `1.5` for 1. */
export const requestValidator: FastifySchemaCompiler<TSchema> = (route) => {
  const validate = TypeBoxValidatorCompiler(route);
  const { properties = {} } = route.schema as { properties?: Record<string, { type?: unknown }> };
  const integers = Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
  return (value: unknown) => {
    if (route.httpPart === 'body') return validate(value);
    const given = value as Readonly<Record<string, unknown>>;
    const broken = integers.find((name) => {
      const text = given[name];
      return typeof text === 'string' && !integer.test(text);
    });
    return broken === undefined ? validate(value) : { error: [notInteger(broken)] };
  };
};

function notInteger(name: string) {
  return {
    keyword: 'type',
    instancePath: `/${name}`,
    schemaPath: '',
    params: {},
    message: 'must be integer',
  };
}
