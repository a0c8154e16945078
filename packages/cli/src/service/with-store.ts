import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { operatorConfig } from './operator-config.ts';

/** The object store of the service that the environment names: all that keys, policies and the audit log need, before any API is there. Throws INVALID_CONFIG. */
export async function withStore<T>(use: (store: ObjectStore) => Promise<T>): Promise<T> {
  const store = openObjectStore(operatorConfig());
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
