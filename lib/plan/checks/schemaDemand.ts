import { amount, anyText, day, flag, list, map, optional, strict, text, whole, word } from "./leaves";

/** Upper bounds that no fleet reaches, below which sums of millicores and MiB stay exact in doubles. */
const MOST_CORES = 1e9;
const MOST_GIB = 1e9;
const MOST_PODS = 1e8;
const MOST_REPLICAS = 10_000_000;
/** Huge pages are counted in bytes, as Kubernetes counts them. */
const MOST_EXTENDED = 1e15;

const LABEL_NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const DNS_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

/** Kubernetes' qualified name: `name` or `prefix/name`. */
export const QUALIFIED_NAME = new RegExp(`^((?=.{1,253}/)${DNS_LABEL}(\\.${DNS_LABEL})*/)?${LABEL_NAME}$`);
export const LABEL_VALUE = new RegExp(`^(${LABEL_NAME})?$`);

export const labelValue = text(
  `a Kubernetes label value: at most 63 of A-Z, a-z, 0-9, "-", "_" and ".", beginning and ending with a letter or digit`,
  LABEL_VALUE,
);

const taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;
const qualifiedName = text(`a Kubernetes qualified name such as "team" or "example.com/team"`, QUALIFIED_NAME);

export const taintSchema = strict({
  key: qualifiedName,
  value: optional(labelValue),
  effect: word(taintEffects),
});

const tolerationSchema = strict({
  key: optional(text(`a taint's key, or nothing for every key`, new RegExp(`${QUALIFIED_NAME.source}|^$`))),
  operator: optional(word(["Exists", "Equal"])),
  value: optional(labelValue),
  effect: optional(word(taintEffects)),
});

const cores = amount(0, MOST_CORES, " (cores)");
const gib = amount(0, MOST_GIB, " (GiB)");
const extended = map(amount(0, MOST_EXTENDED), `an extended resource such as "nvidia.com/gpu" to a number`);
const architecture = word(["amd64", "arm64"]);

export const allocatableSchema = strict({
  cpu: cores,
  memoryGiB: gib,
  pods: whole(0, MOST_PODS),
  ephemeralStorageGiB: optional(gib),
  extended: optional(extended),
  nodes: optional(whole(1, 100_000)),
  architecture: optional(architecture),
  verifiedAt: day,
});

const hostPortSchema = strict({
  port: whole(1, 65_535, " (a port)"),
  protocol: optional(word(["TCP", "UDP", "SCTP"])),
  hostIP: optional(anyText(45, "an address of a node")),
});

const podShape = {
  cpu: cores,
  memoryGiB: gib,
  ephemeralStorageGiB: optional(gib),
  extended: optional(extended),
  architectures: optional(list(architecture, `"amd64" and "arm64"`)),
  nodeSelector: optional(map(labelValue, "label names to label values")),
  tolerations: optional(list(tolerationSchema, "tolerations")),
  hostPorts: optional(list(hostPortSchema, "host ports")),
};

const podsName = anyText(317, `a name of 1 to 317 characters, such as "checkout" or "shop/checkout"`);
const unrequested = optional(list(anyText(253, "the name of a container"), "names of containers"));

const requirementsSchema = strict({
  regions: optional(list(anyText(64, "a region"), "regions")),
  providers: optional(list(anyText(64, "a provider"), "providers")),
  atLeastSites: optional(whole(1, 511)),
});

const nodeSpreadSchema = strict({
  maxSkew: whole(1, MOST_REPLICAS, " (pods)"),
  minDomains: optional(whole(1, 100_000, " (nodes)")),
  nodeTaintsPolicy: optional(word(["Honor", "Ignore"])),
});

const workloadSchema = strict({
  name: podsName,
  replicas: whole(0, MOST_REPLICAS, " (over the whole fleet)"),
  minimumPerSite: optional(whole(0, MOST_REPLICAS)),
  priority: optional(word(["critical", "sheddable"])),
  spread: optional(word(["spread", "everywhere", "singleton"])),
  requires: optional(requirementsSchema),
  onePerNode: optional(flag),
  apartFrom: optional(list(podsName, "names of workloads")),
  nodeSpread: optional(nodeSpreadSchema),
  hasPreferences: optional(flag),
  containersWithoutRequests: unrequested,
  scoredAs: optional(strict({ cpu: cores, memoryGiB: gib })),
  ...podShape,
});

const daemonSetSchema = strict({ name: podsName, containersWithoutRequests: unrequested, ...podShape });

export const demandSchema = strict({
  cpu: optional(cores),
  memoryGiB: optional(gib),
  pods: optional(whole(0, MOST_PODS)),
  ephemeralStorageGiB: optional(gib),
  extended: optional(extended),
  workloads: optional(list(workloadSchema, "workloads")),
  daemonSets: optional(list(daemonSetSchema, "DaemonSets")),
});
