import type { FastifyRequest } from 'fastify';

/** Whose jobs a request is about. Everyone is the same tenant until requests are authenticated. */
export function tenantOf(_request: FastifyRequest): string {
  return 'default';
}
