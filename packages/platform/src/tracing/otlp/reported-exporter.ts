import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../../logger.ts';

/** At most one line in so long a time, ms: a collector may be away for days. */
const everyMs = 60_000;

/** The same exporter, which says how many spans the collector did not take, and why. OpenTelemetry itself says nothing. */
export function reported(exporter: SpanExporter, logger: Logger): SpanExporter {
  let lost = 0;
  let quietUntil = 0;
  const report = (spans: number, error: Error | undefined) => {
    lost += spans;
    if (performance.now() < quietUntil) return;
    logger.warn({ spans: lost, cause: causeOf(error) }, 'traces: the collector did not take them');
    quietUntil = performance.now() + everyMs;
    lost = 0;
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) report(spans.length, result.error);
        done(result);
      }),
    shutdown: async () => exporter.shutdown(),
  };
}

/** A code of the system, of TLS or of HTTP, or the exporter's own words: what came with a code may quote the collector. */
function causeOf(error: Error | undefined): string | number {
  const code: unknown = error !== undefined && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : (error?.message ?? 'UNKNOWN');
}
