import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { isStillSending, type LingerLimits, lingeringBody } from '../http/lingering-body.ts';
import { problemDetails } from '../http/problem-details.ts';
import { problemMediaType } from '../schemas/problem.ts';
import { toContractError } from './framework-errors.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** The problem that it answers with. */
    refusal: HepastageError | null;
    /** Answers with problem details; `status` where it is not the code's own. */
    problem(error: HepastageError, status?: number): FastifyReply;
  }
}

export interface ProblemOptions extends LingerLimits {
  /** Aborts when the service is about to close all connections. */
  readonly givenUp: AbortSignal;
  /** When a client should try again that was told nothing else, s. */
  readonly retryAfterSeconds: number;
}

/** Longest that a refused upload is read on once connections are about to be closed, ms: in time for its answer to end, and to be counted. */
const partingLingerMsMax = 1_000;

/** Statuses of a refusal that may pass by itself. */
const passingStatuses: ReadonlySet<number> = new Set([409, 429, 503]);

/** Every error of every route leaves as RFC 9457 problem details, and is logged once. */
export const problems = plugin<ProblemOptions>(
  async (app, limits) => {
    app.decorateReply('refusal', null);
    app.decorateReply('problem', function problem(error, status = error.httpStatus) {
      this.refusal = error;
      const retryAfter = retryAfterSeconds(error, status, limits);
      if (retryAfter !== undefined && !this.hasHeader('retry-after')) this.header('retry-after', retryAfter);
      const body = JSON.stringify(problemDetails(error, this.request.id, status));
      const reply = this.code(status).type(problemMediaType);
      if (!isStillSending(this.request.raw)) return reply.send(body);
      const lingerMsMax = limits.givenUp.aborted
        ? Math.min(limits.lingerMsMax, partingLingerMsMax)
        : limits.lingerMsMax;
      return reply
        .header('connection', 'close')
        .header('content-length', Buffer.byteLength(body))
        .send(lingeringBody(body, this.request.raw, { ...limits, lingerMsMax }));
    });

    app.setErrorHandler((thrown, request, reply: FastifyReply) => {
      // Fastify refuses some methods before it says that there is no such route.
      if (request.is404) return unroutable(request, reply);
      const error = toContractError(thrown);
      // A replica that is being replaced says so to every probe, as it should: nothing has failed.
      const isFault = error.httpStatus >= 500 && error.code !== ErrorCode.NOT_READY;
      if (isFault) request.log.error({ err: error }, 'request failed');
      else request.log.info({ err: error }, 'request refused');
      return reply.problem(error);
    });

    app.setNotFoundHandler(unroutable);

    function unroutable(request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const methods = app.allowedMethods(request);
      if (methods.length === 0) return reply.problem(routeNotFound());
      return reply.header('allow', methods.join(', ')).problem(methodNotAllowed(methods));
    }
  },
  { name: 'problems', fastify: '5.x', dependencies: ['allowed-methods'] },
);

/** When the same request may succeed, s from now; undefined if that is not known to be ever. */
function retryAfterSeconds(
  { details, retryable, httpStatus }: HepastageError,
  status: number,
  options: ProblemOptions,
): number | undefined {
  if (details.retryAfterSeconds !== undefined) return details.retryAfterSeconds;
  // An error that is told with another status than its own is a job's: asking again changes nothing about it.
  const mayPass = retryable && status === httpStatus && passingStatuses.has(status);
  return mayPass ? options.retryAfterSeconds : undefined;
}

function methodNotAllowed(methods: readonly string[]): HepastageError {
  return new HepastageError(ErrorCode.METHOD_NOT_ALLOWED, {
    what: 'there is no such method of this route',
    expected: methods.join(', '),
    action: 'see /docs for the routes that there are',
  });
}

export function routeNotFound(): HepastageError {
  return new HepastageError(ErrorCode.ROUTE_NOT_FOUND, {
    what: 'there is no such route',
    action: 'see /docs for those that there are',
  });
}
