import { ErrorCode, HepastageError } from '@hepastage/proto';
import plugin from 'fastify-plugin';
import { principalOf } from './principal.ts';

export interface ReadLimitOptions {
  readonly config: { readonly readsPerTenantMax: number };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It answers with an object of the store as a stream, whose pace is its client's. */
    readonly streams?: boolean;
  }
}

/**
 * No tenant reads more objects at once than it may, in each replica: each is an open file or a connection to the object store for as long as its client takes, and there must
 * be some left for the others. Register it after `access`.
 */
export const readLimits = plugin<ReadLimitOptions>(
  async (app, { config: { readsPerTenantMax } }) => {
    /** Reads of each tenant that has any. */
    const reading = new Map<string, number>();

    function end(tenant: string): void {
      const left = (reading.get(tenant) ?? 0) - 1;
      if (left > 0) reading.set(tenant, left);
      else reading.delete(tenant);
    }

    app.addHook('preHandler', async (request, reply) => {
      // Nobody tells a second time that the client has gone: its read is not even begun.
      if (request.routeOptions.config.streams !== true || reply.raw.closed) return;
      const { tenant } = principalOf(request);
      const count = reading.get(tenant) ?? 0;
      if (count >= readsPerTenantMax) throw tooMany(readsPerTenantMax);
      reading.set(tenant, count + 1);
      // However it ends: taken, given up, cut off or failed.
      reply.raw.once('close', () => end(tenant));
    });
  },
  { name: 'read-limits', fastify: '5.x', dependencies: ['access'] },
);

function tooMany(max: number): HepastageError {
  return new HepastageError(ErrorCode.RATE_LIMITED, {
    what: 'your tenant reads as many results and artefacts at once as it may',
    expected: `at most ${max}`,
    action:
      'take those that are on their way, and send the request again after as many seconds as Retry-After says',
  });
}
