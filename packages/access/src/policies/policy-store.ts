import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { ObjectStore } from '@hepastage/platform';
import {
  AuditEntry_Action,
  decodeText,
  encodeText,
  type TenantPolicy,
  TenantPolicySchema,
} from '@hepastage/proto';
import { accessKeys } from '../access-keys.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { assertTenantName } from '../tenant-name.ts';

/** Most bytes of a stored policy: many times what one takes. */
const policyBytesMax = 16 * 2 ** 10;

/** What reading policies takes of an object store. */
export type PolicyFolder = Pick<ObjectStore, 'readBytes'>;

export type PolicyChange = Omit<MessageInitShape<typeof TenantPolicySchema>, 'tenant' | '$typeName'>;

/** The tenant's policy as it is kept; undefined where nothing was ever set. */
export async function readPolicy(store: PolicyFolder, tenant: string): Promise<TenantPolicy | undefined> {
  const bytes = await store.readBytes(accessKeys.policy(tenant), policyBytesMax);
  return bytes && decodeText(TenantPolicySchema, bytes.toString());
}

/** The policies in the object store, as their operator sets them. Every change is written to the audit log. */
export class PolicyStore {
  readonly #store: ObjectStore;
  readonly #audit: AuditLog;

  constructor(store: ObjectStore, audit: AuditLog) {
    this.#store = store;
    this.#audit = audit;
  }

  /** A field of 0 or empty means the service's default. Throws INVALID_REQUEST. */
  async get(tenant: string): Promise<TenantPolicy> {
    assertTenantName(tenant);
    return (await readPolicy(this.#store, tenant)) ?? create(TenantPolicySchema, { tenant });
  }

  /** Changes what `change` names; the rest stays. Throws INVALID_REQUEST. */
  async put(tenant: string, change: PolicyChange): Promise<TenantPolicy> {
    const policy = Object.assign(await this.get(tenant), change);
    const bytes = Buffer.from(encodeText(TenantPolicySchema, policy));
    await this.#store.writeBytes(accessKeys.policy(tenant), bytes, { mediaType: 'application/json' });
    await this.#audit.append(tenant, { actor: 'operator', action: AuditEntry_Action.POLICY_CHANGED });
    return policy;
  }
}
