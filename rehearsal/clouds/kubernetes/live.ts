import type { Properties } from "../../engine/provider";
import type { Making } from "../model";
import { at, isObject, text } from "../wire";

/** What the API server and controllers add to an object of a kind: everything comes up at once. */
export function liveOutputs(kind: string, it: Making): Properties {
  return LIVE[kind]?.(it) ?? {};
}

const workload = (it: Making): Properties => {
  const replicas = at(it.inputs, "spec.replicas") ?? 1;
  return {
    spec: { replicas },
    status: { observedGeneration: 1, replicas, readyReplicas: replicas, availableReplicas: replicas },
  };
};

const LIVE: { readonly [kind: string]: (it: Making) => Properties } = {
  Deployment: workload,
  StatefulSet: workload,
  ReplicaSet: workload,
  CustomResourceDefinition: ({ inputs }) => ({
    status: { acceptedNames: at(inputs, "spec.names"), storedVersions: versions(inputs), conditions: [] },
  }),
  HorizontalPodAutoscaler: ({ inputs }) => {
    const replicas = at(inputs, "spec.minReplicas") ?? 1;
    return { spec: { minReplicas: replicas }, status: { currentReplicas: replicas, desiredReplicas: replicas } };
  },
  Ingress: (it) => ({ status: balanced(it) }),
  Job: ({ inputs }) => {
    const [completions, parallelism] = ["completions", "parallelism"].map((name) => at(inputs, `spec.${name}`) ?? 1);
    return { spec: { completions, parallelism, backoffLimit: 6 }, status: { succeeded: completions } };
  },
  Namespace: () => ({ status: { phase: "Active" } }),
  PersistentVolume: () => ({ spec: { volumeMode: "Filesystem" }, status: { phase: "Available" } }),
  PersistentVolumeClaim: (it) => ({
    spec: { volumeMode: "Filesystem", volumeName: `pvc-${it.hex(8)}` },
    status: {
      phase: "Bound",
      accessModes: at(it.inputs, "spec.accessModes"),
      capacity: at(it.inputs, "spec.resources.requests"),
    },
  }),
  Pod: (it) => ({ status: { phase: "Running", podIP: `10.244.${drawn(it)}`, hostIP: `10.0.${drawn(it)}` } }),
  Secret: ({ inputs }) => ({ type: "Opaque", data: encoded(inputs.stringData) }),
  Service: service,
};

/** The fields of a Secret that its `stringData` writes. */
function encoded(texts: unknown): Properties | undefined {
  if (!isObject(texts)) return undefined;
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [name, Buffer.from(String(value)).toString("base64")]),
  );
}

/** Source: "Service v1 core" of the API reference, Kubernetes 1.35: the defaults of its fields. */
function service(it: Making): Properties {
  const type = text(it.inputs, "spec.type") ?? "ClusterIP";
  if (type === "ExternalName") return { spec: { type }, status: { loadBalancer: {} } };
  const clusterIP = text(it.inputs, "spec.clusterIP") ?? `10.96.${drawn(it)}`;
  const ports = at(it.inputs, "spec.ports");
  const spec = {
    type,
    clusterIP,
    clusterIPs: [clusterIP],
    sessionAffinity: "None",
    ...(Array.isArray(ports) && { ports: ports.map((port, i) => portOf(it, type, port, i)) }),
  };
  // Of one that a program looks up, such as a chart's, it is most often the address that it wants to know.
  const isBalanced = type === "LoadBalancer" || it.inputs.spec === undefined;
  return { spec, status: isBalanced ? balanced(it) : { loadBalancer: {} } };
}

/** Node ports are of 30000 to 32767. */
function portOf(it: Making, type: string, given: unknown, i: number): Properties {
  const nodePort = 30_000 + (Number.parseInt(it.hex(6, `port ${i}`), 16) % 2_768);
  return {
    protocol: "TCP",
    ...(isObject(given) && { targetPort: given.port }),
    ...(type !== "ClusterIP" && { nodePort }),
  };
}

/**
 * Where a load balancer is: AWS names it, all others give an address, of the network for tests of devices (RFC 2544), where
 * nobody is.
 */
function balanced(it: Making): Properties {
  const region = /\.([a-z0-9-]+)\.eks\.amazonaws\.com/.exec(it.account.facts.server ?? "")?.[1];
  const address =
    region === undefined
      ? { ip: text(it.inputs, "spec.loadBalancerIP") ?? `198.18.${drawn(it)}` }
      : { hostname: `${text(it.inputs, "metadata.name")}-${it.hex(10)}.elb.${region}.amazonaws.com` };
  return { loadBalancer: { ingress: [address] } };
}

/** The last two numbers of an address. */
function drawn(it: Making): string {
  const digits = it.hex(4);
  return [0, 2].map((i) => Number.parseInt(digits.slice(i, i + 2), 16)).join(".");
}

function versions(definition: Properties): unknown[] {
  const all = at(definition, "spec.versions");
  return (Array.isArray(all) ? all : []).filter((one) => one?.storage === true).map(({ name }) => name);
}
