import { join } from "node:path";
import type { HelmValues } from "../../lib/mesh/values";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { SitePlan } from "../../lib/plan/plan";
import type { FleetSpec, SiteState } from "../../lib/plan/spec";
import type { TrustRotation } from "../../lib/plan/trustPhases";
import { simulatedClouds } from "../../rehearsal/clouds";
import { existingOf } from "../../rehearsal/commands/program";
import { type Deployment, openSession, type ResourceState, type RunResult, resourcesOf } from "../../rehearsal/engine";
import type { KubernetesObject } from "./kinds";
import { type RehearsedDns, rehearsedDns } from "./rehearsedDns";
import { clear } from "./wire";

export type { RehearsedDns } from "./rehearsedDns";

/** What a rehearsal says that a site is made of. */
export interface RehearsedSite {
  readonly plan: SitePlan;
  /** Values of Cilium's release. */
  readonly values: HelmValues;
  /** What an update does in it, stage by stage: nothing of one before all sites have done those of the one before. */
  readonly stages: readonly Stage[];
  readonly dns: RehearsedDns;
}

/** What waits for nothing but what is of earlier stages, in whichever site that is. */
export interface Stage {
  /** Whether Cilium is installed, or upgraded, in this stage. */
  readonly isCilium: boolean;
  /** Definitions, Secrets and ConfigMaps in kube-system, as Kubernetes takes them. */
  readonly objects: readonly KubernetesObject[];
  /** The same as texts, by `Kind/name`. */
  readonly texts: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** States of the sites, by name; a site without one is not in the fleet. */
export type States = Readonly<Record<string, SiteState>>;

/** What a rehearsal is of, besides the states. */
export interface RehearsalOptions {
  /** A site whose certificates another authority signs. */
  readonly foreign?: string;
  /** Which roots there are, and who is issued from which. @default as before, at first one root */
  readonly rotation?: TrustRotation;
}

const PROGRAM = join(__dirname, "program");

/** Rehearsals of one fleet, each going on from the state that the one before has left. */
export class Rehearsals {
  // In memory alone: the keys of two authorities are in it.
  #state: Deployment | undefined;
  #rotation: TrustRotation | undefined;

  /** Rehearses the fleet with these states. */
  async up(
    states: States,
    { foreign, rotation = this.#rotation }: RehearsalOptions = {},
  ): Promise<Map<string, RehearsedSite>> {
    this.#rotation = rotation;
    let session: Awaited<ReturnType<typeof openSession>> | undefined;
    const clouds = () =>
      simulatedClouds({ moduleRoots: [PROGRAM], state: existingOf(session === undefined ? [] : resourcesOf(session)) });
    let source: ReturnType<typeof clouds> | undefined;
    const lazy = () => {
      source ??= clouds();
      return source;
    };
    session = await openSession({
      projectDir: PROGRAM,
      config: {
        states: JSON.stringify(states),
        ...(foreign !== undefined && { foreign }),
        ...(rotation !== undefined && { rotation: JSON.stringify(rotation) }),
      },
      sources: [{ open: (name, version) => lazy().open(name, version), fidelity: (type) => lazy().fidelity(type) }],
      ...(this.#state && { state: this.#state }),
      passphrase: "rehearsed",
    });
    try {
      const result = await session.up();
      this.#state = session.deployment();
      refuseFailure(result);
      return sitesOf(resourcesOf(session));
    } finally {
      await session.close();
    }
  }
}

/**
 * A site that is lost, or whose entry is gone, stays protected in the state, and the run says so after it has changed all
 * others: that is how a fleet is meant to end here, and the only failure that is none.
 */
function refuseFailure({ exit, diagnostics }: RunResult): void {
  const errors = diagnostics.filter(({ severity, urn }) => severity === "error" && urn !== "");
  const isHeldBack = errors.length > 0 && errors.every(({ message }) => /protected|deletionProtection/.test(message));
  if (exit !== 0 && !isHeldBack) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
}

function sitesOf(resources: readonly ResourceState[]): Map<string, RehearsedSite> {
  const fleet = resources.find(({ type }) => type === "multisite:index:Fleet");
  const { sites } = fleetPlan(clear(fleet?.inputs.spec) as FleetSpec);
  const built = sites.filter(({ state }) => state !== "lost");
  const stages = stagesOf(resources.filter((one) => DATA.test(one.type) || one.type === DEFINITION || isCilium(one)));
  return new Map(built.map((plan) => [plan.name, siteOf(plan, resources, stages)]));
}

function siteOf(
  plan: SitePlan,
  resources: readonly ResourceState[],
  stages: readonly (readonly ResourceState[])[],
): RehearsedSite {
  const isOwn = ({ urn }: ResourceState) => urn.includes("multisite:index:Site") && urn.includes(`::${plan.name}-`);
  const release = resources.find((one) => isOwn(one) && isCilium(one));
  const values = clear(release?.inputs.values) as HelmValues;
  const dns = rehearsedDns(resources.filter(isOwn));
  return { plan, values, stages: stages.map((stage) => stageOf(stage.filter(isOwn))), dns };
}

function isCilium({ type, urn }: ResourceState): boolean {
  return type === "kubernetes:helm.sh/v3:Release" && urn.endsWith("-cilium");
}

/** The first waits for none of these, and each other for one of the stage before it at least. */
function stagesOf(resources: readonly ResourceState[]): ResourceState[][] {
  const stages: ResourceState[][] = [];
  let left = resources;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ urn }) => urn));
    const isFree = ({ dependencies = [] }: ResourceState) => !dependencies.some((urn) => waiting.has(urn));
    stages.push(left.filter(isFree));
    left = left.filter((one) => !isFree(one));
  }
  return stages;
}

function stageOf(resources: readonly ResourceState[]): Stage {
  const objects = resources.filter(({ type }) => DATA.test(type)).map(objectOf);
  const definitions = resources.filter(({ type }) => type === DEFINITION).map(definitionOf);
  const texts = objects.map(({ kind, metadata, data }) => {
    const plain = Object.entries(data).map(([key, text]) => [key, kind === "Secret" ? decoded(text) : text] as const);
    return [`${kind}/${metadata.name}`, Object.fromEntries(plain)] as const;
  });
  return { isCilium: resources.some(isCilium), objects: [...definitions, ...objects], texts: new Map(texts) };
}

const DATA = /^kubernetes:core\/v1:(Secret|ConfigMap)$/;

interface DataObject extends KubernetesObject {
  readonly kind: "Secret" | "ConfigMap";
  readonly data: Readonly<Record<string, string>>;
}

function objectOf({ type, inputs }: ResourceState): DataObject {
  const kind = type.endsWith("Secret") ? "Secret" : "ConfigMap";
  const given = clear(inputs) as Pick<DataObject, "metadata" | "data">;
  return { ...given, apiVersion: "v1", kind, data: given.data ?? {} };
}

const DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

/** With dashes in names again, as the provider sends them. */
function definitionOf({ inputs }: ResourceState): KubernetesObject & { readonly spec: unknown } {
  const { metadata, spec } = clear(inputs) as { metadata: KubernetesObject["metadata"]; spec: object };
  const dashed = JSON.stringify(spec).replace(/"x_kubernetes_\w+":/g, (name) => name.replaceAll("_", "-"));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata,
    spec: JSON.parse(dashed),
  };
}

function decoded(text: string): string {
  return Buffer.from(text, "base64").toString();
}
