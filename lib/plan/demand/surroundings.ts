import { type Field, isMap, shown } from "./fields";
import type { Identity } from "./identity";
import type { OnNote } from "./notes";
import type { PodDefaults } from "./podRequests";
import { addTo, fillIn, type ResourceList, resourceList, roundUp } from "./resourceList";

/** Importance of a workload, in the spec's words. */
export type Priority = "critical" | "sheddable";

/** Label, on a workload, its pods or a PriorityClass, that says the priority whatever the class's value is. */
export const PRIORITY_LABEL = "multisite/priority";

/** What a LimitRange allows a container, as it is written, and the limit that it gives one without. */
interface Bounds {
  readonly limitRange: string;
  readonly least: Field;
  readonly most: Field;
  readonly limit: Field;
}

/** What a LimitRange allows all containers of a pod together. */
interface PodBounds {
  readonly limitRange: string;
  readonly most: Field;
}

/** The objects beside the workloads that change what their pods ask for: LimitRange, RuntimeClass, PriorityClass. */
export class Surroundings {
  private readonly limitRanges = new Map<string, Map<string, bigint>>();
  private readonly bounds = new Map<string, Bounds[]>();
  private readonly podBounds = new Map<string, PodBounds[]>();
  private readonly overheads = new Map<string, ResourceList>();
  private readonly scheduling = new Map<string, Field>();
  private readonly priorityClasses = new Map<string, Priority>();
  private readonly defaultPriority = new Map<string, Priority>();

  /** Takes in an object, and says whether it was one of the three kinds. */
  takeIn(identity: Identity, object: Field): boolean {
    switch (`${identity.group}/${identity.kind}`) {
      case "/LimitRange":
        this.addLimitRange(identity, object);
        break;
      case "node.k8s.io/RuntimeClass":
        this.overheads.set(
          inCluster(identity, identity.name),
          roundUp(resourceList(object.at("overhead", "podFixed"))),
        );
        this.scheduling.set(inCluster(identity, identity.name), object.at("scheduling"));
        break;
      case "scheduling.k8s.io/PriorityClass":
        this.addPriorityClass(identity, object);
        break;
      default:
        return false;
    }
    return true;
  }

  /** What a pod of a namespace is given by its surroundings. */
  defaults(of: Identity, podSpec: Field, note: OnNote): PodDefaults {
    const runtimeClass = podSpec.at("runtimeClassName").text();
    const overhead = runtimeClass === undefined ? undefined : this.overheads.get(inCluster(of, runtimeClass));
    if (runtimeClass !== undefined && overhead === undefined) {
      note(
        `Overhead of RuntimeClass ${runtimeClass}, which is not among what is given, is not counted; a site without it refuses the pods`,
        "uncounted",
      );
    }
    const containerRequests = this.limitRanges.get(inCluster(of, of.namespace)) ?? new Map();
    return { containerRequests, overhead: overhead ?? new Map() };
  }

  /** Where a pod's RuntimeClass has it run: node selector and tolerations, which admission adds to the pod's own. */
  schedulingOf(of: Identity, podSpec: Field): Field | undefined {
    const runtimeClass = podSpec.at("runtimeClassName").text();
    return runtimeClass === undefined ? undefined : this.scheduling.get(inCluster(of, runtimeClass));
  }

  /**
   * The priority of a workload: by the label on the workload, on its pods or on its PriorityClass, else by the class's
   * value or the pod's own: below 0 is sheddable, for Kubernetes itself ranks it below pods that say nothing.
   */
  priority(of: Identity, workload: Field, template: Field, note: (matter: string) => void): Priority {
    const labelled = byLabel(workload, "labels") ?? byLabel(template, "labels");
    if (labelled !== undefined) return labelled;
    const name = template.at("spec", "priorityClassName").text();
    if (name) {
      const known = this.priorityClasses.get(inCluster(of, name));
      if (known !== undefined) return known;
      if (!name.startsWith("system-"))
        note(
          `PriorityClass ${name} is not in the manifests, so critical is assumed; a site without it refuses the pods`,
        );
    }
    const value = template.at("spec", "priority").value;
    if (typeof value === "number") return value < 0 ? "sheddable" : "critical";
    if (name) return "critical";
    return this.defaultPriority.get(of.cluster) ?? "critical";
  }

  private addPriorityClass(identity: Identity, object: Field): void {
    const priority = priorityOfClass(object);
    this.priorityClasses.set(inCluster(identity, identity.name), priority);
    if (object.at("globalDefault").flag() === true) this.defaultPriority.set(identity.cluster, priority);
  }

  /** Reports pods that a LimitRange of their namespace does not allow, which are never made. */
  reportOutOfBounds(of: Identity, podSpec: Field): void {
    const namespace = inCluster(of, of.namespace);
    for (const bounds of this.podBounds.get(namespace) ?? []) reportPod(podSpec.at("containers"), bounds);
    const bounds = this.bounds.get(namespace) ?? [];
    if (bounds.length === 0) return;
    const containers = [...podSpec.at("initContainers").items(), ...podSpec.at("containers").items()];
    for (const each of bounds) {
      for (const one of containers)
        for (const key of ["requests", "limits"]) reportAmounts(one.at("resources", key), each);
      for (const one of containers) reportAboveGivenLimit(one.at("resources"), each);
    }
  }

  private addLimitRange(identity: Identity, object: Field): void {
    const namespace = inCluster(identity, identity.namespace);
    const ofObject = new Map<string, bigint>();
    for (const item of object.at("spec", "limits").items()) {
      if (item.at("type").text() === "Pod") {
        const bounds = { limitRange: identity.name, most: item.at("max") };
        this.podBounds.set(namespace, [...(this.podBounds.get(namespace) ?? []), bounds]);
      }
      if (item.at("type").text() !== "Container") continue;
      const [least, most, limit] = [item.at("min"), item.at("max"), item.at("default")];
      const bounds = { limitRange: identity.name, least, most, limit };
      this.bounds.set(namespace, [...(this.bounds.get(namespace) ?? []), bounds]);
      // SetDefaults_LimitRangeItem: the maximum stands in for the default limit, that for the default request, then
      // the minimum. Among the items of one object the last wins, among the objects of a namespace the first.
      const requests = resourceList(item.at("defaultRequest"));
      for (const standIn of ["default", "max", "min"]) fillIn(requests, resourceList(item.at(standIn)));
      for (const [resource, nano] of roundUp(requests)) ofObject.set(resource, nano);
    }
    const ofNamespace = this.limitRanges.get(namespace) ?? new Map<string, bigint>();
    fillIn(ofNamespace, ofObject);
    this.limitRanges.set(namespace, ofNamespace);
  }
}

/** Reports requests, or limits, that a LimitRange does not allow a container. */
function reportAmounts(written: Field, { limitRange, least, most }: Bounds): void {
  const [minima, maxima] = [resourceList(least), resourceList(most)];
  for (const [name, nano] of resourceList(written)) {
    const [minimum = 0n, maximum = nano] = [minima.get(name), maxima.get(name)];
    if (nano >= minimum && nano <= maximum) continue;
    const [what, bound] = nano > maximum ? ["more", most] : ["less", least];
    written
      .at(name)
      .problem(
        `is ${shown(written.at(name).value)}, ${what} than the ${shown(bound.at(name).value)} that LimitRange ${limitRange} of its namespace allows a container`,
      );
  }
}

/** Reports requests above the limit that a LimitRange gives a container without one. */
function reportAboveGivenLimit(resources: Field, { limitRange, limit }: Bounds): void {
  const [given, own] = [resourceList(limit), resourceList(resources.at("limits"))];
  for (const [name, nano] of resourceList(resources.at("requests"))) {
    const most = own.has(name) ? undefined : given.get(name);
    if (most === undefined || nano <= most) continue;
    const request = resources.at("requests", name);
    request.problem(
      `is ${shown(request.value)}, more than the limit of ${shown(limit.at(name).value)} that LimitRange ${limitRange} gives a container without one: give it a limit`,
    );
  }
}

/** Reports containers that ask together for more than a LimitRange allows a pod. */
function reportPod(containers: Field, { limitRange, most }: PodBounds): void {
  const requested = new Map<string, bigint>();
  for (const one of containers.items()) addTo(requested, resourceList(one.at("resources", "requests")));
  for (const [name, nano] of resourceList(most)) {
    if ((requested.get(name) ?? 0n) <= nano) continue;
    containers.problem(
      `ask for more ${name} together than the ${shown(most.at(name).value)} that LimitRange ${limitRange} of their namespace allows a pod`,
    );
  }
}

function inCluster({ cluster }: Identity, name: string): string {
  return JSON.stringify([cluster, name]);
}

function priorityOfClass(object: Field): Priority {
  const value = object.at("value");
  if (!value.absent && typeof value.value !== "number") value.problem("must be a whole number");
  const byValue: Priority = typeof value.value === "number" && value.value < 0 ? "sheddable" : "critical";
  return byLabel(object, "labels") ?? byLabel(object, "annotations") ?? byValue;
}

function byLabel(object: Field, of: "labels" | "annotations"): Priority | undefined {
  const labels = object.at("metadata", of);
  if (!isMap(labels.value)) return undefined;
  const label = labels.at(PRIORITY_LABEL);
  const text = label.text();
  if (text === "critical" || text === "sheddable") return text;
  if (!label.absent) label.problem(`must be critical or sheddable, got ${String(label.value)}`);
  return undefined;
}
