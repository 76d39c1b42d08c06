import { type Field, isMap } from "./fields";
import type { Identity } from "./identity";
import type { PodDefaults } from "./podRequests";
import { fillIn, type ResourceList, resourceList, roundUp } from "./resourceList";

/** Importance of a workload, in the spec's words. */
export type Priority = "critical" | "sheddable";

/** Label, on a workload, its pods or a PriorityClass, that says the priority whatever the class's value is. */
export const PRIORITY_LABEL = "multisite/priority";

/** The objects beside the workloads that change what their pods ask for: LimitRange, RuntimeClass, PriorityClass. */
export class Surroundings {
  private readonly limitRanges = new Map<string, Map<string, bigint>>();
  private readonly overheads = new Map<string, ResourceList>();
  private readonly priorityClasses = new Map<string, Priority>();
  private readonly defaultPriority = new Map<string, Priority>();

  /** Takes in an object, and says whether it was one of the three kinds. */
  takeIn(identity: Identity, object: Field): boolean {
    switch (`${identity.group}/${identity.kind}`) {
      case "/LimitRange":
        this.addLimitRange(inCluster(identity, identity.namespace), object);
        break;
      case "node.k8s.io/RuntimeClass":
        this.overheads.set(
          inCluster(identity, identity.name),
          roundUp(resourceList(object.at("overhead", "podFixed"))),
        );
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
  defaults(of: Identity, podSpec: Field, note: (matter: string) => void): PodDefaults {
    const runtimeClass = podSpec.at("runtimeClassName").text();
    const overhead = runtimeClass === undefined ? undefined : this.overheads.get(inCluster(of, runtimeClass));
    if (runtimeClass !== undefined && overhead === undefined) {
      note(`Overhead of RuntimeClass ${runtimeClass}, which is not in the manifests, is not counted`);
    }
    const containerRequests = this.limitRanges.get(inCluster(of, of.namespace)) ?? new Map();
    return { containerRequests, overhead: overhead ?? new Map() };
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
      if (!name.startsWith("system-")) note(`PriorityClass ${name} is not in the manifests, so critical is assumed`);
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

  private addLimitRange(namespace: string, object: Field): void {
    const ofObject = new Map<string, bigint>();
    for (const item of object.at("spec", "limits").items()) {
      if (item.at("type").text() !== "Container") continue;
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
