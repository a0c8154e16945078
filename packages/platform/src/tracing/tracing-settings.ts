import { Type } from 'typebox';
import { samplerNames } from './samplers.ts';

/** Longest that a batch of spans may take, and so the end of a process whose collector hangs, ms. OpenTelemetry's own default is 10 s. */
const timeoutMsDefault = 2_000;

const url = (description: string, env: string) =>
  Type.Optional(Type.String({ env, pattern: '^https?://', description }));
const file = (description: string, env: string) =>
  Type.Optional(Type.String({ env, minLength: 1, description }));

/** Where traces go, from the variables that OpenTelemetry has for it. Without an endpoint there are none. */
export const tracingSettings = {
  otlpEndpoint: url(
    'base URL of an OpenTelemetry collector that takes OTLP over HTTP, e.g. http://collector:4318: traces go to its /v1/traces; without it, and without OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, there are none',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ),
  otlpTracesEndpoint: url('whole URL that traces go to instead', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
  otlpHeaders: Type.Optional(
    Type.String({
      env: 'OTEL_EXPORTER_OTLP_HEADERS',
      pattern: '^[^=,\\s]+=[^,]*(,[^=,\\s]+=[^,]*)*$',
      secret: true,
      description: 'headers that the collector is sent: name=value, comma-separated, values percent-encoded',
    }),
  ),
  otlpTimeoutMs: Type.Integer({
    env: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    default: timeoutMsDefault,
    minimum: 100,
    maximum: 60_000,
    description:
      'longest that a batch of spans may take, tries included, ms; a process whose collector hangs may take as long to end',
  }),
  otlpCaFile: file(
    'PEM file of the authorities that the collector’s certificate may be of; without it, the system’s',
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
  ),
  otlpCertFile: file(
    'PEM file of the certificate that the collector is shown',
    'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  ),
  otlpKeyFile: file('PEM file of the private key of that certificate', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'),
  tracesSampler: Type.Enum([...samplerNames], {
    env: 'OTEL_TRACES_SAMPLER',
    default: 'parentbased_always_on',
    description: `which traces are kept: ${samplerNames.join(', ')}`,
  }),
  tracesSamplerArg: Type.Number({
    env: 'OTEL_TRACES_SAMPLER_ARG',
    default: 1,
    minimum: 0,
    maximum: 1,
    description: 'share of traces that the samplers by ratio keep, 0 to 1',
  }),
} as const;
