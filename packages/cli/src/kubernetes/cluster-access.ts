import { join } from 'node:path';
import { parseConfig, readConfigFile } from '@hepastage/platform';
import { Type } from 'typebox';

/** What the kubelet tells every container of the cluster that it runs in. */
const settings = Type.Object({
  host: Type.String({
    env: 'KUBERNETES_SERVICE_HOST',
    minLength: 1,
    description: 'address of the Kubernetes API; set in every pod',
  }),
  port: Type.Integer({
    env: 'KUBERNETES_SERVICE_PORT',
    minimum: 1,
    maximum: 65_535,
    description: 'its port; set in every pod',
  }),
});

/** Where the kubelet puts what a pod of a ServiceAccount shows to the Kubernetes API. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How a pod reaches the Kubernetes API of its cluster. */
export interface ClusterAccess {
  readonly host: string;
  readonly port: number;
  /** Of the pod itself. */
  readonly namespace: string;
  /** PEM of the cluster's own authority. Read anew each time: it is renewed in place. */
  ca(): string;
  /** The same for the token, which is good for an hour as a rule. */
  token(): string;
}

/** Throws INVALID_CONFIG outside of a cluster, or where the pod gets no token. */
export function clusterAccess(folder: string, environment: NodeJS.ProcessEnv): ClusterAccess {
  const read = (name: string) => readConfigFile('--service-account', join(folder, name));
  const access = {
    ...parseConfig(settings, environment),
    namespace: read('namespace').trim(),
    ca: () => read('ca.crt'),
    token: () => read('token').trim(),
  };
  access.ca();
  access.token();
  return access;
}
