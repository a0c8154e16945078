import { create } from '@bufbuild/protobuf';
import { StudyMetadataSchema } from '@hepastage/proto';
import { startOtlpReceiver } from '../tests/helpers/otlp-receiver.ts';
import { phantomStudy } from '../tests/helpers/studies.ts';
import { startSystem, type System } from '../tests/helpers/system.ts';
import { type BenchResult, median } from './bench-result.ts';
import { cpuSecondsFor } from './capacity/measure/process-cpu.ts';

const rounds = 7;
const requestsARound = 2_000;
const atOnce = 16;
const common = { HEPASTAGE_REQUESTS_PER_MINUTE: '1000000000' };

/** A plugin that does nothing in the place of the one that makes spans: what there was before there were traces. */
const withoutSpans = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => url.endsWith('/api/src/plugins/tracing.ts')
  ? { format: 'module', shortCircuit: true, source: \`
      import plugin from 'fastify-plugin';
      import { startSpan, untraced } from '@hepastage/platform';
      const span = startSpan(untraced, '', { below: '' });
      export const tracing = plugin(async (app) => void app.decorateRequest('span', { getter: () => span }));\` }
  : next(url, context) });`;

/**
 * CPU time of the API for `GET /v1/jobs/{id}`: without spans at all, with tracing off (the default), and with every request traced to a collector.
 * The three take turns, so that what else the machine does is shared by all.
 */
export async function benchTracing(): Promise<BenchResult[]> {
  await using opened = new AsyncDisposableStack();
  const collector = opened.use(await startOtlpReceiver());
  const without = `--import=data:text/javascript,${encodeURIComponent(withoutSpans)}`;
  const variants = [{ NODE_OPTIONS: without }, {}, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }].map(
    async (settings) => opened.use(await startSystem('directory', undefined, { ...common, ...settings })),
  );
  const systems = await Promise.all(variants);
  const urls = await Promise.all(systems.map(jobUrl));
  const taken: number[][] = systems.map(() => []);
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, system] of systems.entries()) {
      const microseconds = await cpuOf(system, urls[index]!);
      if (round > 0) taken[index]!.push(microseconds);
    }
  }
  const [none, off, on] = taken.map(median) as [number, number, number];
  const details = `median of ${rounds} rounds of ${requestsARound} requests, CPU time of the API process a request: ${none.toFixed(0)} µs without spans, ${off.toFixed(0)} µs off, ${on.toFixed(0)} µs on; ${collector.spans.length} spans arrived`;
  return [
    { name: 'tracing: off against none', value: off / none, unit: '×', aim: { atMost: 1.05 }, details },
    { name: 'tracing: on against none', value: on / none, unit: '×', aim: { atMost: 1.2 }, details },
  ];
}

async function jobUrl({ client, api }: System): Promise<string> {
  const { jobId } = await client.submit({ t1w: phantomStudy('mild').t1w }, create(StudyMetadataSchema, {}));
  return `${api.url}/v1/jobs/${jobId}`;
}

/** CPU time of the system's API for one request, µs. */
async function cpuOf({ api }: System, url: string): Promise<number> {
  let left = requestsARound;
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`answered ${response.status}`);
    }
  };
  const taken = await cpuSecondsFor(api.pid, async () => {
    await Promise.all(Array.from({ length: atOnce }, client));
  });
  return (taken.process * 1e6) / requestsARound;
}
