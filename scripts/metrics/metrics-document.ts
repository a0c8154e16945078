import { apiMetrics } from '../../packages/platform/src/metrics/api-metrics.ts';
import { metricCatalogue } from '../../packages/platform/src/metrics/catalogue.ts';
import type { Label, Metric, Metrics } from '../../packages/platform/src/metrics/metric.ts';
import { serviceMetrics } from '../../packages/platform/src/metrics/service-metrics.ts';
import { workerMetrics } from '../../packages/platform/src/metrics/worker-metrics.ts';

/** docs/metrics.md, from the project's top folder. */
export const metricsDocumentPath = 'docs/metrics.md';

const head = `# Metrics

Made from the catalogue in \`packages/platform/src/metrics\` by \`node scripts/generate-metrics.ts\`; \`npm run check\` compares the two. Services can record nothing that is not in it.

API (\`/metrics\`, see \`HEPASTAGE_METRICS_ACCESS\`) and workers (\`/metrics\` on \`HEPASTAGE_HEALTH_PORT\`) answer in Prometheus' text format. Names have the prefix \`hepastage_\` and base units. No label names a study, a job, a
patient or a tenant. Every series has the label \`service\` (\`api\` or \`worker\`). Node's own figures (\`process_…\`, \`nodejs_…\`) come with them: see
[prom-client](https://github.com/siimon/prom-client#default-metrics).

Counters and histograms whose label values are known beforehand begin at 0, so that their first increase is seen (those of a model once it is loaded); a series of another begins with its first event.
`;

const sections: readonly (readonly [title: string, metrics: Metrics])[] = [
  ['Both services', serviceMetrics],
  ['API', apiMetrics],
  ['Worker', workerMetrics],
];

export function metricsDocument(): string {
  const metrics: [string, Metric][] = Object.entries(metricCatalogue);
  const tables = sections.map(([title, ofSection]) => table(title, ofSection));
  const buckets = metrics.flatMap(([name, metric]) =>
    metric.kind === 'histogram' ? [`| \`${name}\` | ${metric.buckets.join(', ')} |`] : [],
  );
  return [
    head,
    ...tables,
    '## Buckets\n',
    '| histogram | upper bounds |',
    '| --- | --- |',
    ...buckets,
    '',
  ].join('\n');
}

function table(title: string, metrics: Metrics): string {
  const rows = Object.entries<Metric>(metrics).map(
    ([name, { kind, unit, help, labels = {} }]) =>
      `| \`${name}\` | ${kind}, ${unit} | ${inCell(help)} | ${Object.entries(labels).map(describeLabel).join('<br>')} |`,
  );
  return [
    `## ${title}\n`,
    '| metric | kind, unit | what | labels |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function describeLabel([name, { open, values = [] }]: [string, Label]): string {
  const listed = values.map((value) => `\`${value}\``).join(', ');
  const meaning = [open, open === undefined ? listed : listed && `known: ${listed}`]
    .filter(Boolean)
    .join('; ');
  return `\`${name}\`: ${inCell(meaning)}`;
}

/** A bar would end the cell. */
function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
