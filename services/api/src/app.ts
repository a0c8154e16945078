import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { access } from './access/access.ts';
import { operationsServer } from './access/operations-server.ts';
import { rateLimits } from './access/rate-limits.ts';
import { readLimits } from './access/read-limits.ts';
import type { ApiDeps } from './deps.ts';
import { listenerOf } from './http/listener.ts';
import { requestValidator } from './http/request-validator.ts';
import { allowedMethods } from './plugins/allowed-methods.ts';
import { board } from './board/board.ts';
import { closing } from './plugins/closing.ts';
import { docs } from './plugins/docs.ts';
import { httpConformance } from './plugins/http-conformance.ts';
import { metrics } from './plugins/metrics.ts';
import { problems } from './plugins/problems.ts';
import { requestIdOf, requestLog } from './plugins/request-log.ts';
import { requestsInHand } from './plugins/requests-in-hand.ts';
import { tracing } from './plugins/tracing.ts';
import { transport } from './plugins/transport.ts';
import { unreadHeads } from './plugins/unread-heads.ts';
import { answerClientError, answerUnroutable } from './plugins/unroutable.ts';
import { deleteJobRoute } from './routes/delete-job.ts';
import { dicomwebRoutes } from './routes/dicomweb.ts';
import { healthRoutes } from './routes/health.ts';
import { jobArtefactRoute } from './routes/job-artefact.ts';
import { jobResultRoute } from './routes/job-result.ts';
import { jobRoute } from './routes/job.ts';
import { jobsRoute } from './routes/jobs.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelsRoute } from './routes/models.ts';
import { studyRoutes } from './routes/studies.ts';

export type { ApiDeps } from './deps.ts';
export { type ApiConfig, apiSettings, checkConfig } from './config.ts';
export { Lifecycle } from './lifecycle.ts';

const routes = [
  studyRoutes,
  dicomwebRoutes,
  jobsRoute,
  jobRoute,
  jobResultRoute,
  jobArtefactRoute,
  deleteJobRoute,
  modelsRoute,
  healthRoutes,
  metricsRoute,
];

/** The API on top of its dependencies. Never listens, and closes none of them. */
export async function buildApp(deps: ApiDeps): Promise<FastifyInstance> {
  const { config } = deps;
  const logger: FastifyBaseLogger = deps.logger;
  const { certificates, options: serverOptions } = listenerOf(config);
  const app = Fastify({
    loggerInstance: logger,
    // Fastify's own lines hold URLs; ours don't.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    connectionTimeout: config.socketIdleMsMax,
    keepAliveTimeout: config.keepAliveMs,
    requestTimeout: config.requestMsMax,
    maxRequestsPerSocket: config.requestsPerConnectionMax,
    // What comes over an open connection while the service stops is answered like anything else, and is the last on it: Fastify's own 503 is no problem document, and says not when to
    // come again.
    return503OnClosing: false,
    ...serverOptions,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerUnroutable,
  });
  app.server.maxConnections = config.connectionsMax;
  app.setValidatorCompiler(requestValidator);
  // No route takes a body of another type than its own.
  app.removeAllContentTypeParsers();

  await app.register(requestsInHand, config);
  await app.register(tracing, deps);
  await app.register(requestLog);
  await app.register(closing, deps);
  await app.register(allowedMethods);
  await app.register(problems, { ...config, givenUp: deps.lifecycle.givenUp });
  await app.register(httpConformance);
  await app.register(transport, { ...config, certificates });
  await app.register(metrics, deps);
  await app.register(access, deps);
  await app.register(rateLimits, deps);
  await app.register(readLimits, deps);
  await app.register(unreadHeads);
  await app.register(operationsServer, config);
  await app.register(docs, config);
  if (config.board === 'on') await app.register(board, deps);
  for (const route of routes) await app.register(route, deps);
  return app;
}
