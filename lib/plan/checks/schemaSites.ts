import type { SiteKind } from "../spec";
import { CILIUM_MINORS } from "../versions";
import {
  amount,
  anyText,
  flag,
  list,
  map,
  optional,
  readShape,
  strict,
  type TypeOf,
  text,
  variant,
  whole,
  word,
} from "./leaves";
import { allocatableSchema, labelValue, taintSchema } from "./schemaDemand";
import { oneOf } from "./wording";

const cidr = anyText(64, `a CIDR such as "10.1.0.0/16"`);
const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

export const tagsSchema = map(anyText(256, "a text of 1 to 256 characters"), "names to texts");

/** What sites of every kind have. Also the part that is checked when the kind itself is wrong. */
const common = {
  name: text(
    `a name of 1 to 32 of a-z, 0-9 and "-", beginning with a letter, ending with a letter or digit, and not "default"`,
    /^(?!default$)[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/,
  ),
  number: whole(1, 511, " (above 255 only with addresses.maximumSites: 511)"),
  state: optional(word(["joining", "active", "drained", "lost", "leaving"])),
  region: text(
    `the name of a region such as "eu-central-1", "europe-west1" or "westeurope"`,
    /^[A-Za-z0-9][-A-Za-z0-9]{0,62}$/,
  ),
  faultDomain: optional(text("a name of 1 to 63 letters, digits, -, _, . and /", /^[A-Za-z0-9][-\w./]{0,62}$/)),
  coordinates: optional(
    strict({ latitude: amount(-90, 90, " (degrees)"), longitude: amount(-180, 180, " (degrees)") }),
  ),
  ciliumVersion: optional(word(CILIUM_MINORS)),
  block: optional(cidr),
  tags: optional(tagsSchema),
};

const zones = list(anyText(63, `the name of a zone such as "eu-central-1a", "europe-west1-b" or "1"`), "zones");

const poolSchema = strict({
  name: text("a name of 1 to 12 of a-z and 0-9, beginning with a letter", /^[a-z][a-z0-9]{0,11}$/),
  machineType: text(
    `a machine type such as "m6i.xlarge", "n2-standard-8" or "Standard_D4s_v5"`,
    /^[A-Za-z0-9][-\w.]{0,79}$/,
  ),
  nodes: whole(0, 100_000, " (nodes of the whole site)"),
  maximumNodes: optional(whole(0, 100_000)),
  zones: optional(zones),
  labels: optional(map(labelValue, "label names to label values")),
  taints: optional(list(taintSchema, "taints")),
  spot: optional(flag),
  maximumPods: optional(whole(10, 250, " (pods per node)")),
  diskGiB: optional(whole(20, 16_384)),
  surgeNodes: optional(whole(1, 100)),
  allocatable: optional(allocatableSchema),
});

const built = {
  ...common,
  zones: optional(zones),
  apiAccess: strict(
    { mode: word(["private", "allowlist", "dns"]), cidrs: optional(list(cidr, "CIDRs")) },
    {
      allowed:
        `{ mode: "private" }, { mode: "allowlist", cidrs: [...] } or, on GKE, { mode: "dns" } (there is no default, ` +
        `because it decides from where "pulumi up" must run)`,
    },
  ),
  pools: list(poolSchema, "node pools"),
  kubernetesVersion: optional(text(`a minor version such as "1.35"`, /^1\.[1-9][0-9]$/)),
  auditLogDays: optional(whole(1, 3653, " (days)")),
};

export const arn = text(
  `the ARN of an IAM role or user such as "arn:aws:iam::123456789012:role/platform" (of a session, ` +
    `"arn:aws:sts::...:assumed-role/NAME/SESSION", that of its role)`,
  /^arn:aws(-[a-z]+)*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
);
const subnetIds = list(text(`the id of a subnet such as "subnet-0a1b2c3d"`, /^subnet-[0-9a-f]{8,17}$/), "subnet ids");

export const awsAccount = text(`the twelve digits of the AWS account, as a text such as "123456789012"`, /^\d{12}$/);
const eks = {
  kind: word(["eks"]),
  ...built,
  account: awsAccount,
  roleArn: optional(arn),
  administrators: optional(list(arn, "ARNs")),
  network: optional(
    strict({
      vpcId: text(`the id of a VPC such as "vpc-0a1b2c3d"`, /^vpc-[0-9a-f]{8,17}$/),
      privateSubnetIds: subnetIds,
      loadBalancerSubnetIds: subnetIds,
    }),
  ),
  webhookPorts: optional(map(whole(1024, 29_999), "names to ports")),
};

const gcpName = anyText(512, "a name or self link");
export const gcpProject = text(
  `a project id of 6 to 30 of a-z, 0-9 and "-", such as "shop-production"`,
  /^([a-z0-9.-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
);
const gke = {
  kind: word(["gke"]),
  ...built,
  project: gcpProject,
  network: optional(
    strict({ network: gcpName, subnetwork: gcpName, podRangeName: gcpName, serviceRangeName: gcpName }),
  ),
};

export const guid = text(`a GUID such as "00000000-1111-2222-3333-444444444444"`, UUID);
const subnetId = text(
  `the id of a subnet: "/subscriptions/.../virtualNetworks/.../subnets/..."`,
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
);
const aks = {
  kind: word(["aks"]),
  ...built,
  subscription: guid,
  tenant: guid,
  administrators: list(guid, "object ids of Entra groups"),
  network: optional(strict({ subnetId, loadBalancerSubnetId: subnetId })),
};

const cidrs = list(cidr, "CIDRs");
const addresses = optional(list(anyText(64, `an IPv4 address such as "10.1.0.10"`), "addresses"));
const existing = {
  kind: word(["existing"]),
  ...common,
  provider: text(`"aws", "gcp", "azure" or a name of your own such as "vsphere"`, /^[a-z][-a-z0-9]{0,31}$/),
  identity: anyText(256, "the stable identity of the cluster, such as the UID of its kube-system namespace"),
  allocatable: allocatableSchema,
  cidrs: strict({ nodes: cidrs, pods: cidrs, services: cidrs }),
  endpoints: optional(strict({ mesh: addresses, ingress: addresses })),
  tokenIssuer: optional(
    text(`a URL such as "https://oidc.example.com/shop"`, /^https:\/\/[\w.-]+(:\d{1,5})?(\/[\w\-./~]*)?$/),
  ),
};

const SHAPES = { eks, gke, aks, existing } as const;

/** Sites by kind. A property of another kind is named as such: it is no slip of the pen but the wrong kind. */
const BY_KIND = {
  eks: strict(eks, { stranger: stranger("eks") }),
  gke: strict(gke, { stranger: stranger("gke") }),
  aks: strict(aks, { stranger: stranger("aks") }),
  existing: strict(existing, { stranger: stranger("existing") }),
};

function stranger(kind: SiteKind): (name: string) => string | undefined {
  return (name) => {
    const owners = Object.entries(SHAPES).flatMap(([owner, shape]) => (Object.hasOwn(shape, name) ? [owner] : []));
    if (owners.length === 0) return undefined;
    return `is not a property of a site of kind "${kind}", but of ${oneOf(owners)}: remove it.`;
  };
}

/** A site of any kind. Of one whose kind is unknown, what all kinds have is still read. */
export const siteSchema = variant<TypeOf<(typeof BY_KIND)[SiteKind]>>(
  "kind",
  BY_KIND,
  "an object that describes a site",
  (value, path, report) => readShape(common, value, path, report),
);
