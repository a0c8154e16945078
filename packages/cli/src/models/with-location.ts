import { type ObjectStore, openObjectStore, parseConfig, sharedSettings } from '@hepastage/platform';
import { Type } from 'typebox';

const { objectStoreEndpoint, objectStoreRegion, s3Encryption, s3KmsKeyId } = sharedSettings;
const settings = Type.Object({ objectStoreEndpoint, objectStoreRegion, s3Encryption, s3KmsKeyId });

/** Where a model package lies, or goes to, a directory or `s3://bucket/prefix`, with the service's own way to S3. Throws INVALID_CONFIG. */
export async function withLocation<T>(location: string, use: (store: ObjectStore) => Promise<T>): Promise<T> {
  const { s3Encryption: algorithm, s3KmsKeyId: key, ...way } = parseConfig(settings, process.env);
  // How studies are encrypted is no matter of a directory.
  const encryption = location.startsWith('s3:') ? { s3Encryption: algorithm, s3KmsKeyId: key } : {};
  const store = openObjectStore({ objectStore: location, ...way, ...encryption });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
