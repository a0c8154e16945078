import { readFile, writeFile } from 'node:fs/promises';
import type { Measured } from '../measured.ts';
import { plan } from '../model/plan.ts';
import { settingsOf } from '../settings.ts';
import { assumptionsTable } from './assumptions-table.ts';
import { table } from './markdown.ts';
import { planLines } from './plan-table.ts';
import { studyTable } from './study-table.ts';

const file = new URL('../../../docs/capacity.md', import.meta.url);

/** The example of the document: workers as infra/k8s/overlays/gpu has them, and a model of 500 times the shipped one's work. */
export const gpuSettings = [
  'gpu=1',
  'encoderWork=500',
  'coresPerWorker=4',
  'imagingThreads=4',
  'jobsInFlight=8',
  'jobsPerWorker=16',
];

/** The parts of docs/capacity.md that the program makes, by the name in their markers. */
export function generatedParts(measured: Measured): Readonly<Record<string, string>> {
  const { assumptions, parameters } = settingsOf(measured, []);
  const planned = plan(measured, parameters);
  const onGpu = plan(measured, settingsOf(measured, gpuSettings).parameters);
  return {
    study: studyTable(planned.study),
    plan: planLines(planned),
    'plan-gpu': planLines(onGpu),
    assumptions: assumptionsTable(assumptions, parameters),
    conditions: table(
      ['part', 'measured on', 'load average before'],
      Object.entries(measured.conditions).map(([part, { date, load }]) => [part, date, load.toFixed(1)]),
      [2],
    ),
  };
}

/** The document with every generated part as it is now. Throws where a marker is missing. */
export function withParts(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((document, [name, content]) => {
    const [begin, end] = [`<!-- ${name}: npm run capacity -- document --write -->`, `<!-- /${name} -->`];
    const [from, to] = [document.indexOf(begin), document.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/capacity.md lacks the markers of ${name}`);
    return `${document.slice(0, from)}${begin}\n${content}\n${document.slice(to)}`;
  }, text);
}

export async function readDocument(): Promise<string> {
  return readFile(file, 'utf8');
}

/** The document as it should be; `write`: from now on it is. */
export async function writeDocument(measured: Measured, write: boolean): Promise<string> {
  const text = withParts(await readDocument(), generatedParts(measured));
  if (write) await writeFile(file, text);
  return text;
}
