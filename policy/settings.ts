import type { PolicyConfigSchema } from "@pulumi/policy";
import type { DemandSpec, FaultDomainLevel } from "pulumi-multisite/plan";

/** What a platform team sets for the whole pack, or for one rule. All of it is optional. */
export interface Settings {
  /** Fault domains that may be lost at once. A fleet that asks for more is judged by its own number. @default 1 */
  readonly failuresToTolerate?: number;
  /** Capacity to keep free on top of the demand, as a fraction of it. @default 0 */
  readonly headroom?: number;
  /** Share of a node that can be filled in practice, above 0 to 1; 0.9 is a cautious choice. @default 1 */
  readonly packing?: number;
  /** What is lost at once, in programs without a Fleet. @default "region" */
  readonly faultDomain?: FaultDomainLevel;
  /** Resources that a demand must name. @default ["cpu", "memory", "pods"] */
  readonly resources?: readonly ("cpu" | "memory" | "pods")[];
  /** How users reach another site when theirs is lost. @default { model: "spread" } */
  readonly routing?: { readonly model: "spread" | "nearest" | "unknown" };
  /** Stores that keep a majority of their members: they need 2k+1 fault domains. @default [] */
  readonly quorum?: readonly string[];
  /** What the sites of a program without a Fleet must carry together. @default what its Kubernetes objects request */
  readonly demand?: DemandSpec;
  /** What pools guarantee that the program cannot show. @default [] */
  readonly pools?: readonly PoolSetting[];
  /** Findings that are accepted for a while. @default [] */
  readonly exceptions?: readonly Exception[];
}

/** A pool of a program without a Fleet, as somebody knows it. */
export interface PoolSetting {
  /** The site's name: the cluster's in the program. @default every site */
  readonly site?: string;
  /** The pool's name in the program. */
  readonly pool: string;
  /** Nodes that are always there, in the whole pool. */
  readonly nodes?: number;
  /** What one node offers to pods, system pods included. */
  readonly allocatable?: {
    readonly cpu: number;
    readonly memoryGiB: number;
    readonly pods: number;
    readonly ephemeralStorageGiB?: number;
    /** The day on which it was measured. */
    readonly verifiedAt: string;
  };
}

/** A finding that is accepted until a day. */
export interface Exception {
  /** The rule: `N1-004`, or its whole name. */
  readonly rule: string;
  /** The site that it is about; of a loss, a site that is lost. @default every site */
  readonly site?: string;
  /** Why, for the next reader. */
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`, in UTC. */
  readonly expires: string;
}

type Schemas = PolicyConfigSchema["properties"];

const DAY: Schemas[string] = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" };
const AMOUNT: Schemas[string] = { type: "number", minimum: 0 };

const POD: Schemas = {
  cpu: AMOUNT,
  memoryGiB: AMOUNT,
  ephemeralStorageGiB: AMOUNT,
  extended: { type: "object" },
  nodeSelector: { type: "object" },
  tolerations: { type: "array" },
  architectures: { type: "array", items: { enum: ["amd64", "arm64"] } },
  hostPorts: {
    type: "array",
    items: {
      type: "object",
      properties: {
        port: { type: "integer", minimum: 1, maximum: 65_535 },
        protocol: { enum: ["TCP", "UDP", "SCTP"] },
        hostIP: { type: "string" },
      },
      required: ["port"],
      additionalProperties: false,
    },
  },
  containersWithoutRequests: { type: "array", items: { type: "string" } },
};

/** What keeps the pods of a workload off nodes, and what draws them to some. */
const APART: Schemas = {
  onePerNode: { type: "boolean" },
  apartFrom: { type: "array", items: { type: "string" } },
  hasPreferences: { type: "boolean" },
  scoredAs: {
    type: "object",
    properties: { cpu: AMOUNT, memoryGiB: AMOUNT },
    required: ["cpu", "memoryGiB"],
    additionalProperties: false,
  },
  nodeSpread: {
    type: "object",
    properties: {
      maxSkew: { type: "integer", minimum: 1 },
      minDomains: { type: "integer", minimum: 1 },
      nodeTaintsPolicy: { enum: ["Honor", "Ignore"] },
    },
    required: ["maxSkew"],
    additionalProperties: false,
  },
};

/** The settings as JSON Schema, which the engine checks before any policy runs. */
export const settingsSchema: PolicyConfigSchema = {
  properties: {
    failuresToTolerate: {
      type: "integer",
      minimum: 1,
      description: "Fault domains that may be lost at once. Default 1.",
    },
    headroom: {
      type: "number",
      minimum: 0,
      maximum: 10,
      description: "Capacity to keep free, as a fraction of the demand. Default 0.",
    },
    packing: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: 1,
      description: "Share of a node that can be filled in practice. Default 1.",
    },
    faultDomain: {
      enum: ["provider", "region", "zone"],
      description: "What is lost at once, in programs without a Fleet. Default region.",
    },
    resources: {
      type: "array",
      items: { enum: ["cpu", "memory", "pods"] },
      description: "Resources that a demand must name. Default all three.",
    },
    routing: {
      type: "object",
      properties: { model: { enum: ["spread", "nearest", "unknown"] } },
      required: ["model"],
      additionalProperties: false,
      description: "How users reach another site when theirs is lost. Default spread.",
    },
    quorum: {
      type: "array",
      items: { type: "string" },
      description: "Stores that keep a majority of their members. Default none.",
    },
    demand: {
      type: "object",
      properties: {
        ...{ cpu: AMOUNT, memoryGiB: AMOUNT, pods: AMOUNT, ephemeralStorageGiB: AMOUNT },
        extended: { type: "object" },
        workloads: {
          type: "array",
          items: {
            type: "object",
            properties: {
              ...POD,
              ...APART,
              name: { type: "string", minLength: 1 },
              replicas: { type: "integer", minimum: 0 },
              minimumPerSite: { type: "integer", minimum: 0 },
              priority: { enum: ["critical", "sheddable"] },
            },
            required: ["name", "replicas", "cpu", "memoryGiB"],
            additionalProperties: false,
          },
        },
        daemonSets: {
          type: "array",
          items: {
            type: "object",
            properties: { ...POD, name: { type: "string", minLength: 1 } },
            required: ["name", "cpu", "memoryGiB"],
            additionalProperties: false,
          },
        },
      },
      additionalProperties: false,
      description:
        "What the sites of a program without a Fleet must carry. Default: what its Kubernetes objects request.",
    },
    pools: {
      type: "array",
      items: {
        type: "object",
        properties: {
          site: { type: "string" },
          pool: { type: "string", minLength: 1 },
          nodes: { type: "integer", minimum: 0 },
          allocatable: {
            type: "object",
            properties: {
              ...{ cpu: AMOUNT, memoryGiB: AMOUNT, pods: AMOUNT, ephemeralStorageGiB: AMOUNT },
              verifiedAt: DAY,
            },
            required: ["cpu", "memoryGiB", "pods", "verifiedAt"],
            additionalProperties: false,
          },
        },
        required: ["pool"],
        additionalProperties: false,
      },
      description: "What pools guarantee that the program cannot show. Default none.",
    },
    exceptions: {
      type: "array",
      items: {
        type: "object",
        properties: {
          rule: { type: "string", minLength: 1 },
          site: { type: "string" },
          reason: { type: "string", minLength: 1 },
          expires: DAY,
        },
        required: ["rule", "reason", "expires"],
        additionalProperties: false,
      },
      description: "Findings that are accepted until a day. Default none.",
    },
  },
};

/** Names of the settings that rules about fleets have. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.properties);

/** The settings of one rule: its own come first, exceptions add up. */
export function merged(shared: Settings, own: Settings): Settings {
  const exceptions = [...(shared.exceptions ?? []), ...(own.exceptions ?? [])];
  return { ...shared, ...own, ...(exceptions.length > 0 && { exceptions }) };
}
