import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { problemDetails } from '../http/problem-details.ts';
import { problemMediaType } from '../schemas/problem.ts';
import { toContractError } from './framework-errors.ts';

/** A URL that can't be decoded never reaches a route, nor a hook, nor a reply that a plugin has decorated. */
export function answerUnroutable(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  if (!request.server.takeInHand(request, reply)) return;
  const error = toContractError(thrown);
  const body = JSON.stringify(problemDetails(error, request.id));
  void reply.code(error.httpStatus).type(problemMediaType).send(body);
}

const notHttp = new HepastageError(ErrorCode.INVALID_REQUEST, {
  what: 'this is no HTTP request that can be read',
});

/** By the code of Node's HTTP parser. */
const clientErrors: Readonly<Record<string, HepastageError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new HepastageError(ErrorCode.UPLOAD_TIMEOUT, {
    what: 'the request took too long to arrive',
  }),
  HPE_HEADER_OVERFLOW: new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the headers of the request are too large',
    action: 'send fewer or shorter ones',
  }),
  HPE_INVALID_EOF_STATE: new HepastageError(ErrorCode.UPLOAD_ABORTED, {
    what: 'the connection was closed before the request was whole',
  }),
};

/** The status of a code is that of most of its errors: HTTP has one for these (RFC 6585). */
const ownStatus: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431 };

/** Bytes that are no HTTP request never reach a route: they are answered on the bare socket. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  // A reset socket has nobody to answer, and one whose TLS is not agreed on could send it only once it were.
  const isShakingHands = 'secureConnecting' in socket && socket.secureConnecting === true;
  if (error.code === 'ECONNRESET' || !socket.writable || isShakingHands) {
    socket.destroy();
    return;
  }
  const refusal = clientErrors[error.code ?? ''] ?? notHttp;
  const status = ownStatus[error.code ?? ''] ?? refusal.httpStatus;
  const body = JSON.stringify(problemDetails(refusal, '', status));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `Content-Type: ${problemMediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
