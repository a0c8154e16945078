import { create } from '@bufbuild/protobuf';
import { type TenantPolicy, TenantPolicySchema } from '@hepastage/proto';
import { FreshValue, type Freshness } from '../fresh-value.ts';
import { type PolicyFolder, readPolicy } from './policy-store.ts';

/** What a tenant may of whom nothing else was said. 0: as many as it likes. */
export type PolicyDefaults = Pick<TenantPolicy, 'requestsPerMinute' | 'studiesPerDay' | 'mebibytesPerDay'>;

/** Most tenants whose policy is held: those asked for longest ago are read anew. */
const tenantsMax = 10_000;

/** The policies of the tenants that this process serves, held in memory. */
export class Policies {
  readonly #store: PolicyFolder;
  readonly #defaults: PolicyDefaults;
  readonly #freshness: Freshness;
  /** Least recently asked for first. */
  readonly #held = new Map<string, FreshValue<TenantPolicy | undefined>>();

  constructor(store: PolicyFolder, defaults: PolicyDefaults, freshness: Freshness) {
    this.#store = store;
    this.#defaults = defaults;
    this.#freshness = freshness;
  }

  /** With the defaults where the tenant's own policy says nothing, or can't be read and was not read before: a store that is away stops nobody here. */
  async of(tenant: string): Promise<TenantPolicy> {
    const own = await this.#hold(tenant)
      .get()
      .catch(() => undefined);
    const policy = own ?? create(TenantPolicySchema, { tenant });
    return {
      ...policy,
      requestsPerMinute: policy.requestsPerMinute || this.#defaults.requestsPerMinute,
      studiesPerDay: policy.studiesPerDay || this.#defaults.studiesPerDay,
      mebibytesPerDay: policy.mebibytesPerDay || this.#defaults.mebibytesPerDay,
    };
  }

  #hold(tenant: string): FreshValue<TenantPolicy | undefined> {
    const held =
      this.#held.get(tenant) ?? new FreshValue(async () => readPolicy(this.#store, tenant), this.#freshness);
    this.#held.delete(tenant);
    this.#held.set(tenant, held);
    const [eldest] = this.#held.keys();
    if (this.#held.size > tenantsMax && eldest !== undefined) this.#held.delete(eldest);
    return held;
  }
}
