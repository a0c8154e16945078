import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyError } from 'fastify';

/** What Fastify calls the part of a request that broke its schema, in words. */
const contexts: Readonly<Record<string, string>> = {
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
};

/** Whatever a handler or Fastify itself threw, as an error of the contract. */
export function toContractError(error: unknown): HepastageError {
  if (error instanceof HepastageError || !isFastifyError(error)) return HepastageError.from(error);
  if (error.validation !== undefined) return invalidRequest(error);
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedMediaType('this route');
  if ((error.statusCode ?? 500) >= 500) return HepastageError.from(error);
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the request is malformed',
    where: error.code,
    action: 'compare it with /docs',
    cause: error,
  });
}

/** `taker`: who refuses the body. */
export function unsupportedMediaType(taker: string): HepastageError {
  return new HepastageError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, {
    what: `${taker} does not take a body of this type`,
    where: 'header content-type',
    expected: 'multipart/form-data with a boundary',
    action: 'compare the request with /docs',
  });
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Names the parameter and what it should be, but never what it was: a reference may be in it. */
function invalidRequest({ validation = [], validationContext }: FastifyError): HepastageError {
  const problem = validation.find(({ keyword }) => keyword === 'additionalProperties') ?? validation[0];
  const unknown = problem?.keyword === 'additionalProperties';
  const name = problem?.instancePath.split('/')[1];
  const context = contexts[validationContext ?? ''] ?? 'body';
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: unknown ? `there is a ${context} that this route does not have` : `a ${context} breaks its schema`,
    where: name === undefined || unknown ? context : `${context} ${name}`,
    ...(unknown || problem?.message === undefined ? {} : { expected: problem.message.replace(/^must /, '') }),
    action: 'compare it with /docs',
  });
}
