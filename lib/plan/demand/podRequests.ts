import { SCORED_WITHOUT_REQUEST } from "../schedulable";
import type { Field } from "./fields";
import { MILLI, ONE } from "./quantity";
import { addTo, fillIn, type ResourceList, raiseTo, resourceList, roundUp } from "./resourceList";
import { RESTART_POLICIES } from "./restartPolicy";
import { oneOf } from "./words";

/** What surrounds a pod in its cluster and changes what it asks for. */
export interface PodDefaults {
  /** Requests that the namespace's LimitRanges give to containers which have none. */
  readonly containerRequests: ResourceList;
  /** What the pod's RuntimeClass takes besides its containers. */
  readonly overhead: ResourceList;
}

/** No LimitRange and no RuntimeClass. */
export const NO_DEFAULTS: PodDefaults = { containerRequests: new Map(), overhead: new Map() };

/** What one pod asks of a node. */
export interface PodRequests {
  /** Amounts that the scheduler counts, in nano-units. */
  readonly requests: ResourceList;
  /** What the scheduler takes the pod to ask for where it compares nodes that have room, in nano-units: CPU and memory only. */
  readonly scored: ResourceList;
  /** Containers that ask for no CPU or no memory, and so count as nothing of it. */
  readonly withoutRequests: readonly ContainerWithoutRequest[];
}

/** A container that asks for no CPU, no memory, or neither. */
export interface ContainerWithoutRequest {
  readonly container: string;
  readonly missing: readonly ("cpu" | "memory")[];
}

/** What a container without a request counts as where nodes are compared, by the names of a container's requests, in nano-units. */
const UNREQUESTED: ResourceList = new Map([
  ["cpu", BigInt(SCORED_WITHOUT_REQUEST.cpu * 1000) * MILLI],
  ["memory", BigInt(SCORED_WITHOUT_REQUEST.memoryGiB * 2 ** 30) * ONE],
]);

interface Container {
  readonly name: string;
  readonly requests: Map<string, bigint>;
  readonly runsOn: boolean;
}

/**
 * The effective requests of a pod, by Kubernetes' own rules and in their order (k8s.io/kubernetes v1.34: SetDefaults_Pod,
 * the LimitRanger admission, and PodRequests of k8s.io/component-helpers):
 * limits stand in for missing requests; requests of the whole pod, where given, replace the sum over its containers;
 * containers add up; init containers run one after another, so that only the largest counts; restartable ones
 * (sidecars) keep running beside all that follow; the RuntimeClass adds its overhead.
 * @param spec a PodSpec
 * @param areNamed whether the API server wants containers to have names; some custom kinds give them theirs
 */
export function podRequests(spec: Field, defaults: PodDefaults = NO_DEFAULTS, areNamed = true): PodRequests {
  const read = (field: Field, index: number) => container(field, index, areNamed);
  const containers = spec.at("containers").items().map(read);
  const initContainers = spec.at("initContainers").items().map(read);
  if (containers.length === 0) spec.at("containers").problem("must list at least one container");
  const ofPod = podLevelRequests(spec.at("resources"), containers, initContainers);
  for (const one of [...containers, ...initContainers]) fillIn(roundUp(one.requests), defaults.containerRequests);
  const written = spec.at("overhead");
  const overhead = written.absent ? defaults.overhead : roundUp(resourceList(written));
  const requests = effective(containers, initContainers, ofPod, overhead);
  const scored = effective(containers.map(asScored), initContainers.map(asScored), ofPod, overhead);
  return {
    requests,
    scored: new Map([...scored].filter(([name]) => UNREQUESTED.has(name))),
    withoutRequests: withoutRequests([...initContainers, ...containers], ofPod),
  };
}

/** What a pod's containers ask for together, with none of its defaults: less than that the whole pod may not ask for. */
export function askedTogether(spec: Field): ResourceList {
  const read = (field: Field, index: number) => container(field, index, false);
  return aggregate(spec.at("containers").items().map(read), spec.at("initContainers").items().map(read));
}

function container(field: Field, index: number, isNamed: boolean): Container {
  const requests = resourceList(field.at("resources", "requests"));
  fillIn(requests, resourceList(field.at("resources", "limits")));
  const name = field.at("name").text();
  if (isNamed && (field.at("name").absent || name === "")) field.at("name").problem("must name the container");
  return {
    name: name ?? String(index),
    requests,
    runsOn: oneOf(field.at("restartPolicy"), RESTART_POLICIES) === "Always",
  };
}

function asScored(of: Container): Container {
  const requests = new Map(of.requests);
  fillIn(requests, UNREQUESTED);
  return { ...of, requests };
}

function effective(
  containers: readonly Container[],
  initContainers: readonly Container[],
  ofPod: ResourceList,
  overhead: ResourceList,
): ResourceList {
  const requests = aggregate(containers, initContainers);
  for (const [name, nano] of ofPod) requests.set(name, nano);
  addTo(requests, overhead);
  return requests;
}

function aggregate(containers: readonly Container[], initContainers: readonly Container[]): Map<string, bigint> {
  const total = new Map<string, bigint>();
  for (const { requests } of containers) addTo(total, requests);
  const sidecars = new Map<string, bigint>();
  const largest = new Map<string, bigint>();
  for (const { requests, runsOn } of initContainers) {
    if (runsOn) {
      addTo(total, requests);
      addTo(sidecars, requests);
      raiseTo(largest, sidecars);
    } else {
      const running = new Map(sidecars);
      addTo(running, requests);
      raiseTo(largest, running);
    }
  }
  raiseTo(total, largest);
  return total;
}

/** Requests of the pod as a whole (Kubernetes 1.34, beta and on): CPU, memory and huge pages only. */
function podLevelRequests(
  resources: Field,
  containers: readonly Container[],
  initContainers: readonly Container[],
): ResourceList {
  const requests = resourceList(resources.at("requests"));
  const limits = resourceList(resources.at("limits"));
  if (limits.size > 0) {
    for (const [name, nano] of aggregate(containers, initContainers)) {
      if ((name === "cpu" || name === "memory") && !requests.has(name)) requests.set(name, nano);
    }
    fillIn(requests, limits);
  }
  return roundUp(new Map([...requests].filter(([name]) => isPodLevel(name))));
}

function isPodLevel(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

function withoutRequests(containers: readonly Container[], ofPod: ResourceList): ContainerWithoutRequest[] {
  const found: ContainerWithoutRequest[] = [];
  for (const { name, requests } of containers) {
    const missing = (["cpu", "memory"] as const).filter((it) => !(requests.get(it) || ofPod.get(it)));
    if (missing.length > 0) found.push({ container: name, missing });
  }
  return found;
}
