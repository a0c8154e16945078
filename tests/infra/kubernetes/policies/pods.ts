import { bytesOf, containersOf, ofKind, type Pod, podsOf } from '../objects.ts';
import { type Policy, unmet } from './policy.ts';

/** Pods that ask the Kubernetes API something. */
const withToken = new Set(['Deployment/hepastage-pod-marker']);
const digest = /@sha256:[0-9a-f]{64}$/;
/** A release of somebody else's, or what was built on this machine. */
const localTag = /^(?:hepastage-(?:api|worker):local|[a-z/]+:\d+\.\d+[a-z0-9.-]*)$/;

/** No pod has more rights than it needs: what PodSecurity `restricted` asks, and more. */
export const leastPrivilege: Policy = (objects) =>
  podsOf(objects).flatMap((pod) => {
    const { owner, spec } = pod;
    const { securityContext = {} } = spec;
    return [
      ...unmet(owner, {
        'runs as a user that is not root, by number':
          securityContext.runAsNonRoot === true && (securityContext.runAsUser ?? 0) > 0,
        'has the seccomp profile of its runtime': securityContext.seccompProfile?.type === 'RuntimeDefault',
        'has a token of the Kubernetes API only if it needs one':
          spec.automountServiceAccountToken === withToken.has(owner),
        'gets no variables that are made of Services’ names': spec.enableServiceLinks === false,
        'shares nothing with its node':
          !spec.hostNetwork &&
          !spec.hostPID &&
          !spec.hostIPC &&
          (spec.volumes ?? []).every(({ hostPath }) => hostPath === undefined),
      }),
      ...containersOf(pod).flatMap(({ name, securityContext: own = {} }) =>
        unmet(`${owner} ${name}`, {
          'can’t write to its root': own.readOnlyRootFilesystem === true,
          'can’t gain privileges': own.allowPrivilegeEscalation === false && own.privileged !== true,
          'has no capabilities':
            own.capabilities?.drop?.includes('ALL') === true && own.capabilities.add === undefined,
          'is the pod’s user': own.runAsUser === undefined && own.runAsNonRoot === undefined,
        }),
      ),
    ];
  });

/** Every container says what it takes, and its memory is there for it. */
export const resources: Policy = (objects) =>
  podsOf(objects).flatMap((pod) =>
    containersOf(pod).flatMap(({ name, resources: { requests = {}, limits = {} } = {} }) =>
      unmet(`${pod.owner} ${name}`, {
        'asks for CPU': requests['cpu'] !== undefined,
        'has as much memory as it may take':
          limits['memory'] !== undefined &&
          requests['memory'] !== undefined &&
          bytesOf(limits['memory']) === bytesOf(requests['memory']),
      }),
    ),
  );

/** Who serves says whether it does, and a busy worker is not taken for a dead one. */
export const probes: Policy = (objects) =>
  podsOf(objects)
    .filter(isProbed)
    .flatMap(({ owner, spec }) =>
      spec.containers.flatMap(
        ({ name, startupProbe, readinessProbe, livenessProbe, lifecycle, ports = [] }) => {
          const all = [startupProbe, readinessProbe, livenessProbe];
          const silentSeconds = (livenessProbe?.periodSeconds ?? 10) * (livenessProbe?.failureThreshold ?? 3);
          const startSeconds = (startupProbe?.periodSeconds ?? 10) * (startupProbe?.failureThreshold ?? 3);
          const isWorker = owner.startsWith('Deployment/hepastage-worker');
          // All APIs have the same stores: they don't all go for one that is away.
          const isApi = owner === 'Deployment/hepastage-api';
          const readyPath = isApi ? '/readyz?exclude=stores' : '/readyz';
          return unmet(`${owner} ${name}`, {
            'has all three probes': all.every((probe) => probe !== undefined),
            'is probed at ports of its own': all.every((probe) =>
              ports.some((port) => port.name === (probe?.httpGet ?? probe?.tcpSocket)?.port),
            ),
            'is asked whether it is ready, and whether it lives':
              readinessProbe?.tcpSocket !== undefined ||
              (readinessProbe?.httpGet?.path === readyPath && livenessProbe?.httpGet?.path === '/livez'),
            'is only ended after a minute of silence': silentSeconds >= 60,
            'may take ten minutes to load and to prove its model':
              !isWorker || (startupProbe?.httpGet?.path === '/readyz' && startSeconds >= 600),
            'has no hook that eats of its grace period': lifecycle?.preStop === undefined,
          });
        },
      ),
    );

/** Jobs end, and whoever listens on no port serves nobody. */
function isProbed({ kind, spec }: Pod): boolean {
  return kind !== 'CronJob' && spec.containers.some(({ ports = [] }) => ports.length > 0);
}

/** What runs is what was tested: images by digest, or on one machine by a release. */
export const images: Policy = (objects) => {
  const isLocal = ofKind(objects, 'StatefulSet').length > 0;
  return podsOf(objects).flatMap((pod) =>
    containersOf(pod).flatMap(({ name, image = '' }) =>
      unmet(`${pod.owner} ${name}`, {
        [`has its image pinned: ${image}`]: (isLocal ? localTag : digest).test(image),
      }),
    ),
  );
};
