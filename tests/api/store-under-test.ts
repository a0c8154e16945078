import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { freePorts } from '../helpers/free-port.ts';
import { s3Client, startS3 } from '../helpers/s3-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

export const storeKinds = ['directory', 's3'] as const;
/** `unreachable`: an S3 store where no server listens. */
export type StoreKind = (typeof storeKinds)[number] | 'unreachable';

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** What lies in the storage but belongs to no object: files half written, multipart uploads that were not ended. */
  readonly unfinished: () => Promise<string[]>;
}

/** An empty object store, erased with `opening`. */
export async function openStore(kind: StoreKind, opening: AsyncDisposableStack): Promise<StoreUnderTest> {
  if (kind === 'unreachable') return openUnreachable(opening);
  return kind === 'directory' ? openDirectory(opening) : openS3(opening);
}

async function openUnreachable(opening: AsyncDisposableStack): Promise<StoreUnderTest> {
  const [port] = await freePorts(1);
  const credentials = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };
  const store = opening.adopt(
    openObjectStore(
      { objectStore: 's3://absent', objectStoreEndpoint: `http://127.0.0.1:${port}` },
      { credentials, attemptsMax: 1 },
    ),
    async (it) => it.close(),
  );
  return { store, unfinished: async () => [] };
}

/** Where objects lie. */
const objectFolders: ReadonlySet<string> = new Set(['tenants', 'access', 'audit']);

async function openDirectory(opening: AsyncDisposableStack): Promise<StoreUnderTest> {
  const { path: directory } = opening.use(await temporaryDirectory('objects'));
  const store = opening.adopt(openObjectStore({ objectStore: directory }), async (it) => it.close());
  // Folders of objects come and go while they are looked at: they are the store's to list.
  const unfinished = async () => {
    const others = (await readdir(directory, { withFileTypes: true })).filter(
      ({ name }) => !objectFolders.has(name),
    );
    const below = others.map(async (entry) =>
      entry.isFile()
        ? [entry.name]
        : (await readdir(join(directory, entry.name))).map((name) => join(entry.name, name)),
    );
    return (await Promise.all(below)).flat();
  };
  return { store, unfinished };
}

async function openS3(opening: AsyncDisposableStack): Promise<StoreUnderTest> {
  const server = opening.use(await startS3());
  const { url, bucket, endpoint, region, accessKeyId, secretAccessKey } = server;
  const store = opening.adopt(
    openObjectStore(
      { objectStore: url, objectStoreEndpoint: endpoint, objectStoreRegion: region },
      { credentials: { accessKeyId, secretAccessKey } },
    ),
    async (it) => it.close(),
  );
  const client = opening.adopt(s3Client(server), (it) => it.destroy());
  const unfinished = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.map(({ Key = '' }) => Key);
  };
  return { store, unfinished };
}
