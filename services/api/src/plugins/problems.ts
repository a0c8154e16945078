import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyReply } from 'fastify';
import plugin from 'fastify-plugin';
import { isStillSending, type LingerLimits, lingeringBody } from '../http/lingering-body.ts';
import { problemDetails } from '../http/problem-details.ts';
import { problemMediaType } from '../schemas/problem.ts';
import { toContractError } from './framework-errors.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with problem details; `status` where it is not the code's own. */
    problem(error: HepastageError, status?: number): FastifyReply;
  }
}

/** Every error of every route leaves as RFC 9457 problem details, and is logged once. */
export const problems = plugin<LingerLimits>(
  async (app, limits) => {
    app.decorateReply('problem', function problem(error, status = error.httpStatus) {
      const body = JSON.stringify(problemDetails(error, this.request.id, status));
      const reply = this.code(status).type(problemMediaType);
      if (!isStillSending(this.request.raw)) return reply.send(body);
      return reply
        .header('connection', 'close')
        .header('content-length', Buffer.byteLength(body))
        .send(lingeringBody(body, this.request.raw, limits));
    });

    app.setErrorHandler((thrown, request, reply: FastifyReply) => {
      const error = toContractError(thrown);
      if (error.httpStatus >= 500) request.log.error({ err: error }, 'request failed');
      else request.log.info({ err: error }, 'request refused');
      return reply.problem(error);
    });

    app.setNotFoundHandler((_request, reply) =>
      reply.problem(
        new HepastageError(ErrorCode.ROUTE_NOT_FOUND, {
          what: 'there is no such route',
          action: 'see /docs for those that there are',
        }),
      ),
    );
  },
  { name: 'problems', fastify: '5.x' },
);
