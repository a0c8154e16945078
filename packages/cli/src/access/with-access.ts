import { ApiKeyStore, AuditLog, PolicyStore } from '@hepastage/access';
import { openObjectStore, parseConfig, sharedSettings } from '@hepastage/platform';
import { Type } from 'typebox';

/** Keys and policies of the service whose object store the environment names, as it does for the service itself. */
export interface ServiceAccess {
  readonly keys: ApiKeyStore;
  readonly policies: PolicyStore;
}

/** Works before any API does: it needs the object store alone. Throws INVALID_CONFIG, STORE_UNAVAILABLE. */
export async function withAccess<T>(use: (access: ServiceAccess) => Promise<T>): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const config = parseConfig(Type.Object(sharedSettings), process.env);
  const store = opened.adopt(openObjectStore(config), async (it) => it.close());
  const audit = new AuditLog(store);
  return await use({ keys: new ApiKeyStore(store, audit), policies: new PolicyStore(store, audit) });
}
