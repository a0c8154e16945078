import { ErrorCode, HepastageError } from '@hepastage/proto';

/** How a connection fails while its server restarts or is out of reach for a moment. Any other failure stays: a wrong name, a bad certificate. */
const passingReasons = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'TimeoutError',
]);

/** Why `fetch` failed: NOT_READY where that may pass, else INVALID_CONFIG. Errors of ours that broke a request off stay what they are. */
export function noAnswer(server: string, thrown: unknown): HepastageError {
  const causes = [...causesOf(thrown)];
  const ours = causes.find((cause) => cause instanceof HepastageError);
  if (ours !== undefined) return ours;
  const reason = causes.map(codeOf).find((code) => code !== undefined) ?? causes.at(-1)?.message ?? 'nothing';
  return passingReasons.has(reason)
    ? new HepastageError(ErrorCode.NOT_READY, {
        what: 'the server does not answer',
        where: server,
        received: reason,
        action: 'is it running? give its address with --server',
      })
    : new HepastageError(ErrorCode.INVALID_CONFIG, {
        what: 'the server can’t be reached',
        where: server,
        received: reason,
        action: 'check the address given with --server',
      });
}

/** The error and what caused it, outermost first: `fetch` itself only says that it failed. */
function* causesOf(thrown: unknown): Generator<Error> {
  for (let error = thrown; error instanceof Error; error = error.cause) yield error;
}

function codeOf(error: Error): string | undefined {
  if (error.name === 'TimeoutError') return error.name;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
