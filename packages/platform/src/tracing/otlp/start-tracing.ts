import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from '../../logger.ts';
import type { SamplerName } from '../samplers.ts';
import type { Tracing } from '../tracing.ts';
import { reported } from './reported-exporter.ts';
import { samplerOf } from './sampler-of.ts';

export interface OtlpOptions {
  /** `api`, `worker` */
  readonly service: string;
  readonly url: string;
  readonly headers: string;
  readonly timeoutMs: number;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sampler: SamplerName;
  readonly ratio: number;
  readonly logger: Logger;
}

/** Spans that wait for the collector at most, some 2 KB each: more are dropped. */
const waitingMax = 2_048;
const batchMax = 512;
/** How long a span waits for others to be sent with, ms. */
const gatherMs = 1_000;
/** Longest that the last spans may take, ms. */
const closeMsMax = 2_000;

/** An id for each process; and what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say, more or otherwise. */
const detectors = [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector];

/** Traces that go to a collector in the background: batches of JSON over HTTP. Nothing waits for it, and nothing fails with it. */
export function startTracing({ service, logger, sampler, ratio, ...target }: OtlpOptions): Tracing {
  const own = resourceFromAttributes({
    'service.namespace': 'hepastage',
    'service.name': `hepastage-${service}`,
  });
  const provider = new TracerProvider({
    resource: own.merge(detectResources({ detectors })),
    sampler: samplerOf(sampler, ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reported(exporterOf(target), logger),
        maxQueueSize: waitingMax,
        maxExportBatchSize: batchMax,
        scheduledDelayMillis: gatherMs,
        exportTimeoutMillis: target.timeoutMs,
      }),
    ],
  });
  return {
    tracer: provider.getTracer('hepastage'),
    async close() {
      // What went wrong has been reported.
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, delay(closeMsMax, undefined, { ref: false })]);
    },
  };
}

function exporterOf({
  url,
  headers,
  timeoutMs,
  tls,
}: Pick<OtlpOptions, 'url' | 'headers' | 'timeoutMs' | 'tls'>) {
  return new OTLPTraceExporter({
    url,
    headers: parseKeyPairsIntoRecord(headers),
    timeoutMillis: timeoutMs,
    // The exporter's own time-out counts from when it is connected.
    httpAgentOptions: (protocol) => {
      const { Agent } = protocol === 'https:' ? https : http;
      return new Agent({ keepAlive: true, timeout: timeoutMs, ...tls });
    },
  });
}
