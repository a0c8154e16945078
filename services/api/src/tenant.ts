import type { FastifyRequest } from 'fastify';
import { principalOf } from './access/principal.ts';

/** Whose jobs a request is about: nothing that it asks for is looked for anywhere else. */
export function tenantOf(request: FastifyRequest): string {
  return principalOf(request).tenant;
}
