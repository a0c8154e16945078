import { apiSettings } from '@hepastage/api';
import { createLogger, openTracing, parseConfig } from '@hepastage/platform';

/** The traces of a service in this process, as the environment says, and its log lines. Closed with the test. */
export async function tracedBy(
  environment: Readonly<Record<string, string>>,
  log: { write(line: string): void } = { write: () => undefined },
) {
  const logger = createLogger('test', 'info', log);
  const tracing = await openTracing('test', parseConfig(apiSettings, environment), logger);
  return { ...tracing, [Symbol.asyncDispose]: async () => tracing.close() };
}
