import { ProxyTracerProvider, type Tracer } from '@opentelemetry/api';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { Static, TObject } from 'typebox';
import { readConfigFile } from '../config-file.ts';
import type { Logger } from '../logger.ts';
import type { tracingSettings } from './tracing-settings.ts';

export type TracingConfig = Static<TObject<typeof tracingSettings>>;

/** A service's traces. */
export interface Tracing {
  /** Of a service that keeps no traces: spans belong to the trace of whoever asked for something, if any, and go nowhere. */
  readonly tracer: Tracer;
  /** Sends what is left. Bounded: what a collector has not taken by then is lost. */
  close(): Promise<void>;
}

/** Makes spans that keep the trace that they are part of, and nothing else. */
export const untraced: Tracer = new ProxyTracerProvider().getTracer('hepastage');

/**
 * Opens the traces of a service (`api`): to a collector where one is configured, to nowhere as a rule; then not even OpenTelemetry's SDK is loaded. Throws INVALID_CONFIG.
 */
export async function openTracing(service: string, config: TracingConfig, logger: Logger): Promise<Tracing> {
  const url = endpointOf(config);
  if (url === undefined) return { tracer: untraced, close: async () => undefined };
  const { startTracing } = await import('./otlp/start-tracing.ts');
  return startTracing({
    service,
    url,
    headers: config.otlpHeaders ?? '',
    timeoutMs: config.otlpTimeoutMs,
    tls: tlsOf(config),
    sampler: config.tracesSampler,
    ratio: config.tracesSamplerArg,
    logger,
  });
}

/** As the specification puts the two together: a base URL is completed, a whole one is taken as it stands. */
function endpointOf({ otlpEndpoint, otlpTracesEndpoint }: TracingConfig): string | undefined {
  const text = otlpTracesEndpoint ?? otlpEndpoint;
  if (text === undefined) return undefined;
  const variable = `OTEL_EXPORTER_OTLP_${otlpTracesEndpoint === undefined ? '' : 'TRACES_'}ENDPOINT`;
  const url = URL.parse(text);
  if (url === null) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: `${variable} is no URL`,
      where: 'environment',
      action: 'set the variable and start again',
    });
  }
  if (otlpTracesEndpoint === undefined) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function tlsOf({ otlpCaFile, otlpCertFile, otlpKeyFile }: TracingConfig) {
  return {
    ...(otlpCaFile && { ca: readConfigFile('OTEL_EXPORTER_OTLP_CERTIFICATE', otlpCaFile) }),
    ...(otlpCertFile && { cert: readConfigFile('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', otlpCertFile) }),
    ...(otlpKeyFile && { key: readConfigFile('OTEL_EXPORTER_OTLP_CLIENT_KEY', otlpKeyFile) }),
  };
}
