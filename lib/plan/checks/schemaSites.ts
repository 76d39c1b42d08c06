import { z } from "zod";
import { amount, anyText, flag, list, map, strict, text, whole, word } from "./leaves";
import { allocatableSchema, labelValue, taintSchema } from "./schemaDemand";

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
  state: z.exactOptional(word(["joining", "active", "drained", "lost", "leaving"])),
  region: text(
    `the name of a region such as "eu-central-1", "europe-west1" or "westeurope"`,
    /^[A-Za-z0-9][-A-Za-z0-9]{0,62}$/,
  ),
  faultDomain: z.exactOptional(text("a name of 1 to 63 letters, digits, -, _, . and /", /^[A-Za-z0-9][-\w./]{0,62}$/)),
  coordinates: z.exactOptional(
    strict({ latitude: amount(-90, 90, " (degrees)"), longitude: amount(-180, 180, " (degrees)") }),
  ),
  block: z.exactOptional(cidr),
  tags: z.exactOptional(tagsSchema),
};

const zones = list(anyText(63, `the name of a zone such as "eu-central-1a", "europe-west1-b" or "1"`), "zones");

const poolSchema = strict({
  name: text("a name of 1 to 12 of a-z and 0-9, beginning with a letter", /^[a-z][a-z0-9]{0,11}$/),
  machineType: text(
    `a machine type such as "m6i.xlarge", "n2-standard-8" or "Standard_D4s_v5"`,
    /^[A-Za-z0-9][-\w.]{0,79}$/,
  ),
  nodes: whole(0, 100_000, " (nodes of the whole site)"),
  maximumNodes: z.exactOptional(whole(0, 100_000)),
  zones: z.exactOptional(zones),
  labels: z.exactOptional(map(labelValue, "label names to label values")),
  taints: z.exactOptional(list(taintSchema, "taints")),
  spot: z.exactOptional(flag),
  maximumPods: z.exactOptional(whole(10, 250, " (pods per node)")),
  diskGiB: z.exactOptional(whole(20, 16_384)),
  surgeNodes: z.exactOptional(whole(1, 100)),
  allocatable: z.exactOptional(allocatableSchema),
});

const built = {
  ...common,
  zones: z.exactOptional(zones),
  apiAccess: strict(
    { mode: word(["private", "allowlist", "dns"]), cidrs: z.exactOptional(list(cidr, "CIDRs")) },
    `{ mode: "private" }, { mode: "allowlist", cidrs: [...] } or, on GKE, { mode: "dns" } (there is no default, because it ` +
      `decides from where "pulumi up" must run)`,
  ),
  pools: list(poolSchema, "node pools"),
  kubernetesVersion: z.exactOptional(text(`a minor version such as "1.35"`, /^1\.[1-9][0-9]$/)),
  auditLogDays: z.exactOptional(whole(1, 3653, " (days)")),
};

const arn = text(
  `the ARN of a role or user such as "arn:aws:iam::123456789012:role/platform"`,
  /^arn:aws(-[a-z]+)*:(iam|sts)::\d{12}:(role|user|assumed-role|root|federated-user)(\/[\w+=,.@/-]+)?$/,
);
const subnetIds = list(text(`the id of a subnet such as "subnet-0a1b2c3d"`, /^subnet-[0-9a-f]{8,17}$/), "subnet ids");

const eks = strict({
  kind: z.literal("eks"),
  ...built,
  account: text(`the twelve digits of the AWS account, as a text such as "123456789012"`, /^\d{12}$/),
  roleArn: z.exactOptional(arn),
  administrators: z.exactOptional(list(arn, "ARNs")),
  network: z.exactOptional(
    strict({
      vpcId: text(`the id of a VPC such as "vpc-0a1b2c3d"`, /^vpc-[0-9a-f]{8,17}$/),
      privateSubnetIds: subnetIds,
      loadBalancerSubnetIds: subnetIds,
    }),
  ),
});

const gcpName = anyText(512, "a name or self link");
const gke = strict({
  kind: z.literal("gke"),
  ...built,
  project: text(
    `a project id of 6 to 30 of a-z, 0-9 and "-", such as "shop-production"`,
    /^([a-z0-9.-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
  ),
  network: z.exactOptional(
    strict({ network: gcpName, subnetwork: gcpName, podRangeName: gcpName, serviceRangeName: gcpName }),
  ),
});

const guid = text(`a GUID such as "00000000-1111-2222-3333-444444444444"`, UUID);
const subnetId = text(
  `the id of a subnet: "/subscriptions/.../virtualNetworks/.../subnets/..."`,
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
);
const aks = strict({
  kind: z.literal("aks"),
  ...built,
  subscription: guid,
  tenant: guid,
  administrators: list(guid, "object ids of Entra groups"),
  network: z.exactOptional(strict({ subnetId, loadBalancerSubnetId: subnetId })),
});

const cidrs = list(cidr, "CIDRs");
const addresses = z.exactOptional(list(anyText(64, `an IPv4 address such as "10.1.0.10"`), "addresses"));
const existing = strict({
  kind: z.literal("existing"),
  ...common,
  provider: text(`"aws", "gcp", "azure" or a name of your own such as "vsphere"`, /^[a-z][-a-z0-9]{0,31}$/),
  identity: anyText(256, "the stable identity of the cluster, such as the UID of its kube-system namespace"),
  allocatable: allocatableSchema,
  cidrs: strict({ nodes: cidrs, pods: cidrs, services: cidrs }),
  endpoints: z.exactOptional(strict({ mesh: addresses, ingress: addresses })),
});

export const commonSchema = z.looseObject(common);
export const siteSchema = z.discriminatedUnion("kind", [eks, gke, aks, existing], {
  error: "an object that describes a site",
});
export const SITE_SCHEMAS = { eks, gke, aks, existing };
