/** A Deployment that runs, custom resources that nobody defines or by a definition that is wrong, and a Service that is wrong. */
export const ODD = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: main, image: none }] } } }
---
apiVersion: example.com/v1
kind: Widget
metadata: { name: odd }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web } }
---
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: { name: old }
---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: { name: gone }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: parts.odd.example.com }
spec:
  group: odd.example.com
  scope: Namespaced
  names: { kind: Part, plural: other, singular: part }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
---
apiVersion: odd.example.com/v1
kind: Part
metadata: { name: odd }
`;

/** What a container asks for in these manifests. */
const ASKS = "containers: [{ name: main, image: none, resources: { requests: { cpu: 10m, memory: 8Mi } } }]";

/** What is usual in manifests, and what plain Deployments have nothing of. */
export const UNTUNED = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: untuned }
spec: { selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { ${ASKS} } } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, namespace: untuned }
spec: { serviceName: web, selector: { matchLabels: { app: db } }, template: { metadata: { labels: { app: db } }, spec: { ${ASKS} } } }
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: set, namespace: untuned }
spec: { replicas: 6, selector: { matchLabels: { app: set } }, template: { metadata: { labels: { app: set } }, spec: { ${ASKS} } } }
---
apiVersion: v1
kind: ReplicationController
metadata: { name: old, namespace: untuned }
spec: { replicas: 6, selector: { app: old }, template: { metadata: { labels: { app: old } }, spec: { ${ASKS} } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: migrate-20240115, namespace: untuned }
spec: { ttlSecondsAfterFinished: 0, template: { spec: { restartPolicy: Never, ${ASKS} } } }
---
apiVersion: v1
kind: Pod
metadata: { name: limited, namespace: untuned }
spec: { serviceAccountName: limited, containers: [{ name: main, image: none }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: limited, namespace: untuned }
---
apiVersion: v1
kind: LimitRange
metadata: { name: limits, namespace: untuned }
spec: { limits: [{ type: Container, default: { cpu: 20m, memory: 16Mi } }] }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.untuned.example.com }
spec:
  group: untuned.example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { size: { x-kubernetes-int-or-string: true }, parts: { type: object } } } }
---
apiVersion: untuned.example.com/v1
kind: Widget
metadata: { name: odd, namespace: untuned }
size: 50%
parts:
  # Nothing but a comment.
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: untuned }
webhooks:
  - name: pods.untuned.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: { service: { name: guard, namespace: untuned } }
    rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: untuned } }
`;

/** A quota with no room for its workload, and a kind of an API version that is no longer served. */
export const QUOTA = `apiVersion: apps/v1
kind: Deployment
metadata: { name: full, namespace: full }
spec: { selector: { matchLabels: { app: full } }, template: { metadata: { labels: { app: full } }, spec: { ${ASKS} } } }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: none, namespace: full }
spec: { hard: { requests.cpu: 1m } }
`;
