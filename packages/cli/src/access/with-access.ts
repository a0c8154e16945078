import { ApiKeyStore, AuditLog, PolicyStore } from '@hepastage/access';
import { withStore } from '../service/with-store.ts';

/** Keys and policies of a service. */
export interface ServiceAccess {
  readonly keys: ApiKeyStore;
  readonly policies: PolicyStore;
}

/** Those of the service that the environment names. Throws INVALID_CONFIG, STORE_UNAVAILABLE. */
export async function withAccess<T>(use: (access: ServiceAccess) => Promise<T>): Promise<T> {
  return withStore(async (store) => {
    const audit = new AuditLog(store);
    return use({ keys: new ApiKeyStore(store, audit), policies: new PolicyStore(store, audit) });
  });
}
