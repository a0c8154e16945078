import type { AuditEvent } from '@hepastage/access';
import type { FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { principalOf } from './principal.ts';

/** Says in the log of the caller's tenant what a request did. Once it returns, that is safe; before that nothing is answered. */
export async function audit(
  request: FastifyRequest,
  action: AuditEvent['action'],
  on: Pick<AuditEvent, 'jobId' | 'target'>,
  deps: Pick<ApiDeps, 'audit'>,
): Promise<void> {
  const { tenant, actor } = principalOf(request);
  await deps.audit.append(tenant, { actor, action, requestId: request.id, ...on });
}
