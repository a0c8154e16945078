import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { openQueues } from '@hepastage/platform';
import type { FastifyInstance } from 'fastify';
import { boardPath } from '../access/route-access.ts';
import type { ApiDeps } from '../deps.ts';
import { boardPolicy, ownPage } from './own-page.ts';
import { shownData } from './shown-data.ts';

/**
 * A page of all queues for operators (bull-board). It only shows: what is done to a queue behind the service's back is undone by the next sweep, which goes by the object store, or
 * leaves a record that waits for ever. Whoever wants to do something has `hepastage queue`, `dead-letters` and `reconcile`.
 */
export async function board(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  const queues = await openQueues({ ...deps.config, logger: deps.logger });
  app.addHook('onClose', async () => queues.close());
  const adapter = new ReadOnlyAdapter().setBasePath(boardPath);
  createBullBoard({
    queues: [queues.studies, queues.pushes, queues.notices].map((queue) => {
      const shown = new BullMQAdapter(queue, { readOnlyMode: true });
      shown.setFormatter('data', shownData);
      return shown;
    }),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'hepastage queues' } },
  });
  const { errorHandler } = app;
  app.addHook('onRoute', (route) => {
    // Its own would answer our refusals with 500.
    route.errorHandler = errorHandler;
  });
  // Takes the place of helmet's, which allows nothing at all.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', boardPolicy);
  });
  app.addHook('onSend', async (_request, reply, payload) =>
    typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html')
      ? ownPage(payload)
      : payload,
  );
  await app.register(adapter.registerPlugin(), { prefix: boardPath });
}

/** Registers no route that changes anything, whatever the queues' own read-only mode keeps from being done. */
class ReadOnlyAdapter extends FastifyAdapter {
  override setApiRoutes(routes: Parameters<FastifyAdapter['setApiRoutes']>[0]): this {
    super.setApiRoutes(routes.filter(({ method }) => method === 'get'));
    return this;
  }
}
