import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { s3Client, startS3 } from '../helpers/s3-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

/** An empty store on a real directory or a real S3 server, and a look behind it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: ObjectStore;
  /** What lies in the store without being an object: parts of uploads and files that nobody finished. */
  unfinished(): Promise<string[]>;
}

export const drivers: Readonly<Record<string, () => Promise<StoreUnderTest>>> = {
  directory: async () => {
    await using resources = new AsyncDisposableStack();
    const { path } = resources.use(await temporaryDirectory('store'));
    const objectStore = join(path, 'objects');
    const unfinishedDirectory = join(objectStore, '.unfinished');
    await mkdir(unfinishedDirectory, { recursive: true });
    return underTest(resources, openObjectStore({ objectStore }), async () => readdir(unfinishedDirectory));
  },
  s3: async () => {
    await using resources = new AsyncDisposableStack();
    const s3 = resources.use(await startS3());
    const client = resources.adopt(s3Client(s3), (used) => used.destroy());
    const store = openObjectStore(
      {
        objectStore: `${s3.url}/some/prefix`,
        objectStoreEndpoint: s3.endpoint,
        objectStoreRegion: s3.region,
      },
      { credentials: s3 },
    );
    return underTest(resources, store, async () => {
      const { Uploads: uploads = [] } = await client.send(
        new ListMultipartUploadsCommand({ Bucket: s3.bucket }),
      );
      return uploads.map(({ Key = '' }) => Key);
    });
  },
};

function underTest(
  resources: AsyncDisposableStack,
  store: ObjectStore,
  unfinished: () => Promise<string[]>,
): StoreUnderTest {
  resources.adopt(store, async (used) => used.close());
  // From here on they belong to what is returned.
  const owned = resources.move();
  return { store, unfinished, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}
