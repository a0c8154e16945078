import { peakResidentBytes } from '../../../tests/helpers/process-memory.ts';
import { startSystem } from '../../../tests/helpers/system.ts';
import { noisyVolume, sendVolume } from '../../../tests/load/streamed-volume.ts';
import { cpuSecondsFor } from './process-cpu.ts';
import { postSmallStudy } from './small-study.ts';

/** CPU time that the API takes, s. */
export interface ApiCosts {
  readonly cpuSecondsPerStudy: number;
  readonly mainThreadCpuSecondsPerStudy: number;
  /** For each MiB of an upload beside that. */
  readonly cpuSecondsPerMebibyte: number;
  readonly mainThreadCpuSecondsPerMebibyte: number;
  readonly cpuSecondsPerPoll: number;
  readonly peakResidentBytes: number;
}

const warmUpStudies = 30;
const volumes = 10;
const mebibytes = 48;
const connectionsOfPolls = 4;

/** An API process over S3 takes small studies, then large ones, and answers polls. */
export async function measureApiCosts(studies: number): Promise<ApiCosts> {
  await using system = await startSystem('s3', undefined, { HEPASTAGE_REQUESTS_PER_MINUTE: '1000000' });
  const { url, pid } = system.api;
  const volume = noisyVolume(mebibytes);
  for (let study = 0; study < warmUpStudies; study++) await postSmallStudy(url);
  const jobIds: string[] = [];
  const small = await cpuSecondsFor(pid, async () => {
    for (let study = 0; study < studies; study++) jobIds.push(await postSmallStudy(url));
  });
  await sendVolume(url, volume);
  const large = await cpuSecondsFor(pid, async () => {
    for (let sent = 0; sent < volumes; sent++) await sendVolume(url, volume);
  });
  const polled = await cpuSecondsFor(pid, async () => {
    await Promise.all(Array.from({ length: connectionsOfPolls }, async () => pollEach(url, jobIds)));
  });
  const perStudy = { process: small.process / studies, mainThread: small.mainThread / studies };
  const perMebibyte = (of: 'process' | 'mainThread') => (large[of] / volumes - perStudy[of]) / mebibytes;
  return {
    cpuSecondsPerStudy: perStudy.process,
    mainThreadCpuSecondsPerStudy: perStudy.mainThread,
    cpuSecondsPerMebibyte: perMebibyte('process'),
    mainThreadCpuSecondsPerMebibyte: perMebibyte('mainThread'),
    cpuSecondsPerPoll: polled.process / (studies * connectionsOfPolls),
    peakResidentBytes: await peakResidentBytes(pid),
  };
}

async function pollEach(url: string, jobIds: readonly string[]): Promise<void> {
  for (const jobId of jobIds) await (await fetch(`${url}/v1/jobs/${jobId}`)).arrayBuffer();
}
