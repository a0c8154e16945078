import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplesOf } from '../helpers/metrics.ts';
import { noTraces, startApi } from './api-under-test.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { volume } from './volumes.ts';

const clients = 100;

test('clients that are gone before their uploads have begun hold nothing up', async () => {
  // Longer than the test waits: nothing but their going ends these uploads.
  await using api = await startApi({ settings: { uploadIdleMsMax: 60_000 } });
  const image = volume();
  for (let client = 0; client < clients; client++) {
    const upload = await RawUpload.begin(api.url, 't1w', 2 * image.length);
    await upload.send(image);
    upload.vanish();
  }
  const valueOf = async (name: string) => (await samplesOf(api.url, name))[0]?.value;
  await eventually(
    async () => [await valueOf('hepastage_refused_uploads_total'), await valueOf('hepastage_uploads_active')],
    [clients, 0],
  );
  assert.deepEqual(await api.traces(), noTraces);
});
