import { createLogger, openTracing, parseConfig, sharedSettings } from '@hepastage/platform';
import { type DestinationStream } from 'pino';
import { Type } from 'typebox';

/** The traces of a service in this process, as the environment says. Closed with the test. */
export async function tracedBy(environment: Readonly<Record<string, string>>, log?: DestinationStream) {
  const config = parseConfig(Type.Object(sharedSettings), environment);
  const logger = log === undefined ? createLogger('test', 'silent') : createLogger('test', 'info', log);
  const tracing = await openTracing('test', config, logger);
  return { ...tracing, [Symbol.asyncDispose]: async () => tracing.close() };
}
