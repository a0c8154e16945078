import { HepastageError } from '@hepastage/proto';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Properties that hold credentials, however deep an object of HTTP headers lies in what is logged. */
const secretNames = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key'];
const secretPaths = ['', '*.', '*.*.', '*.*.*.'].flatMap((path) =>
  secretNames.map((name) => (path === '' ? `["${name}"]` : `${path.slice(0, -1)}["${name}"]`)),
);
const hidden = '[hidden]';

/** A line without the user and password of URLs, and without the credentials of an Authorization header that somebody quoted. */
function withoutCredentials(line: string): string {
  return line
    .replaceAll(/:\/\/[^\s/?#"\\]*@/g, `://${hidden}@`)
    .replaceAll(/\b(Basic|Bearer) [\w.~+/-]{8,}=*/gi, `$1 ${hidden}`);
}

/** JSON lines on standard output. An error is logged as its code and message: no stack, and a cause only where the fault is ours. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: secretPaths, censor: hidden },
      hooks: { streamWrite: withoutCredentials },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

/** What a log may say of an error. */
export function describeError(error: unknown): Record<string, unknown> {
  const known = HepastageError.from(error);
  const shown = { code: known.codeName, message: known.message };
  // The cause of a refused file can quote the file: only the causes of faults on our side are shown.
  return known.httpStatus >= 500 && known.cause !== undefined
    ? { ...shown, cause: describeCause(known.cause) }
    : shown;
}

function describeCause(cause: unknown): Record<string, unknown> {
  if (!(cause instanceof Error)) return { type: typeof cause };
  const code: unknown = 'code' in cause ? cause.code : undefined;
  return { type: cause.name, message: cause.message, ...(code === undefined ? {} : { code }) };
}
