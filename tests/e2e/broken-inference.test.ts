import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { copyOfModel } from '../helpers/altered-model.ts';
import { runProgram } from '../helpers/run-program.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { trainingPython } from '../helpers/training-python.ts';

const script = fileURLToPath(new URL('fragile_encoder.py', import.meta.url));

for (const { breaks, settings, endings, says } of [
  {
    breaks: 'fails',
    settings: {},
    endings: ['1'],
    says: /"msg":"inference does not work any more: this worker leaves/,
  },
  {
    breaks: 'hangs',
    // A run may take half of that.
    settings: { HEPASTAGE_JOB_SECONDS_MAX: '12' },
    // An exit would wait for the run. The first process of a container cannot kill itself: it crashes (128 + SIGSEGV).
    endings: ['SIGKILL', '139'],
    says: /a run does not end/,
  },
] as const) {
  test(
    `a worker whose inference ${breaks} leaves, and another finishes all of its studies`,
    { timeout: 120_000 },
    async () => {
      await using opened = new AsyncDisposableStack();
      const system = opened.use(await startSystem());
      const model = opened.use(await copyOfModel());
      await model.alter('encoder.t1w.onnx', async (encoder) => fragile(encoder, breaks), true);

      const { t1w } = phantomStudy('mild');
      const submitted = await Promise.all(
        Array.from({ length: 4 }, async () => system.client.submit({ t1w }, create(StudyMetadataSchema, {}))),
      );
      const breaking = await system.startWorker({ ...settings, HEPASTAGE_MODEL: model.path });
      const { process } = breaking;
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
      const ending = String(process.exitCode ?? process.signalCode);
      assert.ok((endings as readonly string[]).includes(ending), ending);
      assert.match(breaking.log(), says);
      for (const { jobId } of submitted) {
        assert.equal((await system.client.job(jobId)).state, JobRecord_State.QUEUED);
      }

      await system.startWorker();
      const jobs = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
      assert.deepEqual(new Set(jobs.map(({ state }) => state)), new Set([JobRecord_State.SUCCEEDED]));
    },
  );
}

/** The encoder, made to break with the first patient. */
async function fragile(encoder: Buffer, breaks: 'fails' | 'hangs'): Promise<Buffer> {
  await using folder = await temporaryDirectory('encoder');
  const [whole, altered] = ['whole.onnx', 'altered.onnx'].map((name) => join(folder.path, name));
  await writeFile(whole!, encoder);
  await runProgram(trainingPython(), [script, whole!, altered!, breaks]);
  return readFile(altered!);
}
