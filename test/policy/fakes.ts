import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { unknownCheckingProxy } from "@pulumi/policy";
import type { FleetSpec, SiteSpec } from "pulumi-multisite/plan";
import { Court } from "../../policy/court";
import { makePolicies } from "../../policy/pack";
import { rules } from "../../policy/policies";
import type { Settings } from "../../policy/settings";
import { type SentResource, urnOf } from "../support/packProcess";

export const TODAY = "2026-11-20";
export const FLEET_TYPE = "multisite:index:Fleet";

/** The SDK's mark of an unknown string. */
export const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What one run of one policy did. */
export interface Outcome {
  readonly messages: string[];
  readonly urns: (string | undefined)[];
  readonly notApplicable: string | undefined;
}

class NotApplicable extends Error {}

/** Settings: of the whole pack, and of the rule that is run. */
export interface Given {
  readonly shared?: Settings;
  readonly own?: Settings;
  readonly today?: string;
}

type Policy = ReturnType<typeof makePolicies>[number];
type Report = (message: string, urn?: string) => void;
type Run = (policy: Policy, config: Settings, report: Report) => void;

/** Runs the first policy and then the named ones, as the SDK does in one call, and says what these reported. */
function run(names: readonly string[], { shared = {}, own = {}, today = TODAY }: Given, call: Run): Outcome {
  const policies = makePolicies(rules, new Court(() => today));
  const leading = policies[0]!;
  const messages: string[] = [];
  const urns: (string | undefined)[] = [];
  let notApplicable: string | undefined;
  for (const policy of policies) {
    const wanted = names.includes(policy.name);
    if (!wanted && policy !== leading) continue;
    const config = policy === leading ? shared : own;
    const reason = quietly(() =>
      call(policy, config, (message, urn) => {
        if (!wanted) return;
        messages.push(message);
        urns.push(urn);
      }),
    );
    if (wanted) notApplicable = reason;
  }
  return { messages, urns, notApplicable };
}

/** Calls a policy. @returns why it is not applicable, where it says so. */
export function quietly(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof NotApplicable) return error.message;
    throw error;
  }
}

/** What the SDK hands to every policy. */
export const common = {
  stackTags: new Map<string, string>(),
  isType: () => false,
  asType: () => undefined,
  notApplicable: (reason?: string): never => {
    throw new NotApplicable(reason);
  },
};

/** Runs a policy on a resource's inputs, which are wrapped as the SDK wraps them. */
export function onResource(name: string | readonly string[], type: string, props: object, given: Given = {}): Outcome {
  return run([name].flat(), given, (policy, config, report) => {
    const args: ResourceValidationArgs = {
      ...common,
      type,
      name: "shop",
      urn: urnOf(type, "shop"),
      props: unknownCheckingProxy(props) as Record<string, unknown>,
      opts: options(),
      getConfig: <T extends object>() => config as T,
    };
    policy.validateResource(args, report);
  });
}

/** Runs a policy on the inputs of a Fleet. */
export function onFleet(name: string | readonly string[], spec: unknown, given: Given = {}): Outcome {
  return onResource(name, FLEET_TYPE, { spec }, given);
}

/** Runs a policy on a stack. */
export function onStack(name: string | readonly string[], sent: readonly SentResource[], given: Given = {}): Outcome {
  return run([name].flat(), given, (policy, config, report) => {
    const args: StackValidationArgs = {
      ...common,
      resources: policyResources(sent),
      getConfig: <T extends object>() => config as T,
    };
    policy.validateStack(args, report);
  });
}

/** A resource of a program that runs: what it is asked to be, beside the outputs that its provider answers with. */
export interface AskedResource extends SentResource {
  readonly inputs: object;
}

/** Runs a policy on a stack, whose resources the pack has seen by their inputs before, as at every preview and update. */
export function onProgram(name: string | readonly string[], asked: readonly AskedResource[], given?: Given): Outcome {
  const resources = policyResources(asked);
  return run([name].flat(), given ?? {}, (policy, config, report) => {
    const getConfig = <T extends object>() => config as T;
    // The first policy witnesses for all of them.
    for (const [i, { type, name, urn, opts }] of policy.name === "multisite" ? resources.entries() : []) {
      const props = unknownCheckingProxy(asked[i]?.inputs ?? {}) as Record<string, unknown>;
      policy.validateResource({ ...common, type, name, urn, opts, props, getConfig }, report);
    }
    policy.validateStack({ ...common, resources, getConfig }, report);
  });
}

/** Resources as the SDK hands them to a stack policy. */
export function policyResources(sent: readonly SentResource[]): PolicyResource[] {
  const made = sent.map(
    (one): PolicyResource => ({
      ...common,
      type: one.type,
      name: one.name,
      urn: one.urn ?? urnOf(one.type, one.name),
      props: unknownCheckingProxy(one.props ?? {}) as Record<string, unknown>,
      opts: { ...options(), ignoreChanges: [...(one.ignoreChanges ?? [])] },
      dependencies: [],
      propertyDependencies: {},
      ...(one.provider && {
        provider: { ...one.provider, props: unknownCheckingProxy(one.provider.props) as Record<string, unknown> },
      }),
    }),
  );
  const byUrn = new Map(made.map((resource) => [resource.urn, resource]));
  for (const [i, resource] of made.entries()) {
    const from = sent[i]!;
    const parent = byUrn.get(from.parent ?? "");
    if (parent) resource.parent = parent;
    for (const [property, urns] of Object.entries(from.propertyDependencies ?? {})) {
      resource.propertyDependencies[property] = urns.flatMap((urn) => byUrn.get(urn) ?? []);
    }
  }
  return made;
}

function options() {
  return {
    protect: false,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
  };
}

/** Regions for sites that are told apart by their number. */
const REGIONS = ["eu-central-1", "eu-west-1", "eu-north-1", "us-east-1", "us-west-2"];

/** A fleet of existing sites, each of so many cores, GiB and pods, that must carry as many of each. */
export function fleetOf(capacities: readonly number[], demand: number, more: Partial<FleetSpec> = {}): FleetSpec {
  return {
    sites: capacities.map((capacity, i) => existing(i, capacity)),
    demand: { cpu: demand, memoryGiB: demand, pods: demand },
    ...more,
  };
}

export function existing(i: number, capacity: number): SiteSpec {
  return {
    kind: "existing",
    name: `s${i + 1}`,
    number: i + 1,
    provider: "aws",
    region: REGIONS[i] ?? `region-${i}`,
    identity: `cluster-${i}`,
    allocatable: { cpu: capacity, memoryGiB: capacity, pods: capacity, verifiedAt: "2026-11-01" },
    cidrs: { nodes: [`10.${i}.0.0/20`], pods: [`10.${i}.64.0/18`], services: [`10.${i}.32.0/20`] },
  };
}

/** A site on EKS with one pool. */
export function eks(i: number, pool: object, more: object = {}): SiteSpec {
  return {
    kind: "eks",
    name: `e${i + 1}`,
    number: i + 1,
    account: "123456789012",
    region: REGIONS[i] ?? "eu-central-1",
    apiAccess: { mode: "private" },
    pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 3, ...pool }],
    ...more,
  } as SiteSpec;
}
