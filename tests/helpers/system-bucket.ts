import { ListMultipartUploadsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { s3Client } from './s3-server.ts';
import type { System } from './system.ts';

/** The bucket of a system that was started with `s3`, seen from outside. */
export interface SystemBucket extends Disposable {
  /** Keys of all objects, in order. */
  keys(): Promise<string[]>;
  /** Keys of multipart uploads that were neither completed nor aborted. */
  unfinished(): Promise<string[]>;
}

export function bucketOf({ settings }: System): SystemBucket {
  const setting = (name: string) => settings[name] ?? '';
  const client = s3Client({
    endpoint: setting('S3_ENDPOINT'),
    region: setting('AWS_REGION'),
    accessKeyId: setting('AWS_ACCESS_KEY_ID'),
    secretAccessKey: setting('AWS_SECRET_ACCESS_KEY'),
  });
  const Bucket = setting('HEPASTAGE_OBJECT_STORE').replace('s3://', '');
  return {
    async keys() {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        for (const { Key = '' } of Contents) keys.push(Key);
      }
      return keys;
    },
    async unfinished() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}
