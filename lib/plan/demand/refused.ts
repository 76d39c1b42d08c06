import { didYouMean } from "../checks/wording";
import { selects } from "../workloads/selectors";
import { type Field, shown } from "./fields";
import type { Found } from "./objects";
import { askedTogether } from "./podRequests";
import { templateLabels } from "./podSelection";
import { podsOf } from "./podSources";
import { resourceList } from "./resourceList";

/** Kinds of Kubernetes' own groups that run pods or that others are mistaken for: the groups' kinds are these (v1.35). */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["apps", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision"]],
  ["batch", ["Job", "CronJob"]],
]);

/** Those of the core group, which has many more that run none. */
const CORE_KINDS: readonly string[] = ["Pod", "ReplicationController"];

/** Kinds whose selector must select the labels of their own template. */
const SELECTING = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Of names beyond this the reader says that they are too long. */
const LONGEST_NAME = 253;

/** Characters of a name at most: what its controller adds for its pods must fit as well. */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, Job: 63 };

/**
 * Reports what an API server would refuse of an object that runs pods, and that counts all the same: names, kinds and
 * selectors. Of objects in manifests; those of a program may have names that nobody knows yet.
 */
export function reportRefused({ identity, field }: Found): void {
  const { group, kind } = identity;
  if (group === "kustomize.config.k8s.io") {
    field.problem(`is no object of a cluster: a ${kind.toLowerCase()} has to be built first, "kubectl kustomize"`);
    return;
  }
  // What `extensions` had of old is read as `apps`, and more than that.
  const kinds = String(field.at("apiVersion").value).startsWith(`${group}/`) ? KINDS.get(group) : undefined;
  if (kinds !== undefined && !kinds.includes(kind)) {
    field.at("kind").problem(`is ${shown(kind)}, which the group ${group} does not have.${didYouMean(kind, kinds)}`);
    return;
  }
  const pods = podsOf(identity, field, () => {});
  if (pods === undefined) return;
  reportGroup(group, kind, field.at("apiVersion"));
  const metadata = field.at("metadata");
  reportName(metadata.at("name"), SUBDOMAIN, LONGEST[kind] ?? Number.POSITIVE_INFINITY);
  reportName(metadata.at("namespace"), LABEL);
  const spec = pods.template.at("spec");
  reportContainers([...spec.at("initContainers").items(), ...spec.at("containers").items()]);
  reportWholePod(spec);
  const selector = field.at("spec", "selector");
  if (group === "apps" && SELECTING.includes(kind)) reportSelector(selector, pods.template);
  if (group === "" && kind === "ReplicationController") reportLabels(selector, pods.template);
}

/** A kind of the wrong group, which no server knows: the groups of custom kinds have a dot. */
function reportGroup(group: string, kind: string, apiVersion: Field): void {
  if (group.includes(".") || KINDS.has(group) || (group === "" && CORE_KINDS.includes(kind))) return;
  const [right] = [...KINDS].find(([, kinds]) => kinds.includes(kind)) ?? [];
  const advice = right === undefined ? "a custom kind's group is a domain, as example.com" : `write ${right}/v1`;
  apiVersion.problem(`is ${shown(apiVersion.value)}, which has no ${kind}: ${advice}`);
}

function reportName(name: Field, pattern: RegExp, longest = Number.POSITIVE_INFINITY): void {
  const text = name.value;
  if (typeof text !== "string" || text === "" || text.length > LONGEST_NAME) return;
  if (!pattern.test(text)) {
    const dots = pattern === SUBDOMAIN ? `, "-" and "."` : ` and "-", at most 63`;
    name.problem(`must be of a-z, 0-9${dots}, a letter or digit at both ends, got ${shown(text)}`);
  } else if (text.length > longest) {
    name.problem(
      `must have at most ${longest} characters, since its pods' names and labels add to it, got ${text.length}`,
    );
  }
}

function reportContainers(containers: readonly Field[]): void {
  const seen = new Set<unknown>();
  for (const container of containers) {
    const name = container.at("name");
    reportName(name, LABEL);
    reportLimits(container.at("resources"));
    if (typeof name.value === "string" && seen.has(name.value)) {
      name.problem(`is ${shown(name.value)}, which another container of the pod has already`);
    }
    seen.add(name.value);
  }
}

/** Resources of which more may be promised than there is; of all others a request is its limit. */
const OVERCOMMITTED: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** Requests that their limits do not allow. */
function reportLimits(resources: Field): void {
  const limits = resourceList(resources.at("limits"));
  for (const [name, nano] of resourceList(resources.at("requests"))) {
    const request = resources.at("requests", name);
    const limit = limits.get(name);
    const written = shown(resources.at("limits", name).value);
    if (OVERCOMMITTED.includes(name)) {
      if (limit !== undefined && nano > limit) {
        request.problem(`is ${shown(request.value)}, more than its limit of ${written}: lower it, or raise the limit`);
      }
    } else if (limit !== nano) {
      const difference = limit === undefined ? "it has no limit" : `its limit is ${written}`;
      request.problem(
        `is ${shown(request.value)} and ${difference}: of this resource both must be given, and be equal`,
      );
    }
  }
}

/** Requests of a whole pod that have no room for those of its containers. */
function reportWholePod(spec: Field): void {
  const resources = spec.at("resources");
  reportLimits(resources);
  const together = askedTogether(spec);
  for (const [name, nano] of resourceList(resources.at("requests"))) {
    const request = resources.at("requests", name);
    if (nano < (together.get(name) ?? 0n))
      request.problem(
        `is ${shown(request.value)}, less than its containers ask for together: raise it, or lower theirs`,
      );
  }
}

/** The older form of a selector: the labels themselves. */
function reportLabels(selector: Field, template: Field): void {
  const wanted = selector.entries();
  if (wanted.length === 0) return;
  const labels = templateLabels(template);
  if (!wanted.every(([key, value]) => labels[key] === value.value)) selector.problem(UNSELECTED);
}

const UNSELECTED = "does not select the labels of the pods' template (spec.template.metadata.labels)";

/** A selector that is not written is made of the labels, as old API versions did. */
function reportSelector(selector: Field, template: Field): void {
  const map = selector.map();
  if (map === undefined) return;
  if (Object.keys(map).length === 0) selector.problem("is empty: it must select the labels of the pods' template");
  else if (!selects(map, templateLabels(template))) {
    selector.problem(UNSELECTED);
  }
}
