import type { PolicyResource } from "@pulumi/policy";
import {
  asAsked,
  FLEET,
  isAmbient,
  isObserved,
  isOfAMesh,
  isOfASite,
  known,
  type Observed,
  type ObservedResource,
  observe,
  SITE,
} from "pulumi-multisite/plan";
import { acceptedBy } from "./exceptions";
import { judgeFleet } from "./fleetJudged";
import { guarded } from "./guarded";
import type { Configured, Finding, JudgedFleet } from "./judged";
import { noteworthy } from "./noteworthy";
import { type Named, type ObservedFleet, observedFleet } from "./observedFleet";
import { judgeProgram } from "./programJudged";
import { isRoute, routeFindings } from "./routes";
import type { Rule } from "./rule";
import { notYetKnown } from "./rules/n1-018-declared-vs-real";
import type { Settings } from "./settings";

/** What passed by as single resources before the stack was complete, by URN. */
export interface Witnessed {
  /** Fleet components. */
  readonly fleets: ReadonlyMap<string, { readonly name: string; readonly props: unknown }>;
  /** Inputs of everything that is observed. */
  readonly inputs: ReadonlyMap<string, unknown>;
  /** Settings as they were given, of all rules that have been asked so far. */
  readonly configured: () => readonly Configured[];
}

/** The resources of a stack, read once, and what the rules find in them. */
export class LookedAtStack {
  /** Whether the stack has no sites at all: then no rule applies. */
  readonly isEmpty: boolean;
  /** Whether it has neither sites nor anything of a mesh. */
  private readonly isUnread: boolean;
  /** Whether there are no clusters but those of a Fleet: it has one, or Sites alone, whose clusters are in no program. */
  private readonly isDeclared: boolean;
  private readonly resources: readonly ObservedResource[];
  private readonly ambient: readonly Named[];
  private readonly found = new Map<Rule, Map<string, Finding[]>>();
  private readonly programs = new Map<string, JudgedFleet>();
  private seen: Observed | undefined;

  constructor(
    resources: readonly PolicyResource[],
    private readonly witnessed: Witnessed,
    private readonly shared: Settings,
    private readonly today: string,
  ) {
    const types = new Set(resources.map(({ type }) => type));
    this.isEmpty = ![...types].some(isOfASite);
    this.isUnread = this.isEmpty && ![...types].some(isOfAMesh);
    this.isDeclared = types.has(FLEET) || ![...types].some((type) => type !== SITE && isOfASite(type));
    const wanted = new Set([...types].filter((type) => READ.has(type) || isObserved(type) || isRoute(type)));
    this.ambient = resources.filter(({ provider }) => isAmbient(provider?.urn));
    this.resources = this.isUnread
      ? []
      : resources.map((resource) => plain(resource, wanted.has(resource.type), witnessed.inputs.get(resource.urn)));
  }

  /** Whether the stack has nothing that a rule is about. */
  isEmptyFor(rule: Rule): boolean {
    return rule.program === undefined ? this.isEmpty : this.isUnread;
  }

  /** The violations of one rule under its settings. */
  findings(rule: Rule, settings: Settings): Finding[] {
    const key = JSON.stringify(settings);
    const known = this.found.get(rule)?.get(key);
    if (known !== undefined) return known;
    const found = guarded(rule, () => this.judge(rule, settings, key), acceptedBy(settings, this.today));
    this.found.set(rule, (this.found.get(rule) ?? new Map<string, Finding[]>()).set(key, found));
    return found;
  }

  /** What could not be judged, and what else is worth knowing. */
  notes(): Finding[] {
    const { sites, observed } = this.compared(this.shared);
    const open = notYetKnown(sites).map((message) => ({ message }));
    if (!this.isDeclared) return [...noteworthy(this.program(this.shared, JSON.stringify(this.shared))), ...open];
    const strangers = observed.sites.filter(({ component }) => component === undefined);
    return [
      ...open,
      ...strangers.map(({ name, cluster }) => ({
        message: `Cluster ${name} belongs to no Fleet of this stack, so it is not judged.`,
        urn: cluster.urn,
      })),
    ];
  }

  private judge(rule: Rule, settings: Settings, key: string): readonly Finding[] {
    if (rule.program !== undefined) return rule.program(this.observed());
    if (this.isEmpty) return [];
    // Sites that no Fleet declares are judged as clusters by hand, and their pools against what each declares of its own.
    if (this.isDeclared || rule.judge === undefined) return rule.compare?.(this.compared(settings)) ?? [];
    return rule.judge({ ...this.program(settings, key), configured: this.witnessed.configured() });
  }

  private program(settings: Settings, key: string): JudgedFleet {
    const judged = this.programs.get(key) ?? this.judgedProgram(settings);
    this.programs.set(key, judged);
    return judged;
  }

  private judgedProgram(settings: Settings): JudgedFleet {
    const routes = routeFindings(this.resources, []);
    const judged = judgeProgram(this.observed(), settings, this.today);
    const brought = settings.demand === undefined ? this.resources.filter(({ type }) => type === RELEASE) : [];
    return { ...judged, routes, uncounted: [...judged.uncounted, ...releaseNotes(brought)] };
  }

  private compared(settings: Settings): ObservedFleet {
    const here = this.resources
      .filter(({ type }) => type === FLEET)
      .flatMap(({ urn }) => {
        const fleet = this.witnessed.fleets.get(urn);
        return fleet === undefined ? [] : [judgeFleet(fleet.name, urn, fleet.props, settings, this.today)];
      });
    const domains = here.flatMap(({ traffic }) => traffic?.domain ?? []);
    const routes = routeFindings(this.resources, domains);
    return observedFleet(this.resources, this.observed(), here, routes, this.ambient);
  }

  private observed(): Observed {
    this.seen ??= observe(this.resources);
    return this.seen;
  }
}

/** Components whose inputs are read. */
const READ: ReadonlySet<string> = new Set([FLEET, SITE]);

const RELEASE = "kubernetes:helm.sh/v3:Release";

function releaseNotes(releases: readonly ObservedResource[]): string[] {
  if (releases.length === 0) return [];
  const names = releases.map(({ name }) => name).sort();
  const more = names.length > 20 ? ` and ${names.length - 20} more` : "";
  return [
    `What Helm releases bring is not in the program, so its requests count as nothing: ${names.slice(0, 20).join(", ")}${more}. Declare \`demand\` in the pack's configuration.`,
  ];
}

const NOTHING: Pick<ObservedResource, "props" | "ignoreChanges" | "propertyDependencies"> = {
  props: {},
  ignoreChanges: [],
  propertyDependencies: {},
};

/** A resource in plain data; of types that nobody reads only that it is there. */
function plain(resource: PolicyResource, wanted: boolean, inputs: unknown): ObservedResource {
  const { urn, type, name, provider } = resource;
  const parent = resource.parent?.urn ?? resource.opts?.parent;
  const identity = { urn, type, name, ...(parent !== undefined && { parent }) };
  if (!wanted) return { ...identity, ...NOTHING };
  const dependencies = Object.entries(resource.propertyDependencies ?? {});
  return {
    ...identity,
    ...asAsked(inputs, known(resource.props)),
    ignoreChanges: resource.opts?.ignoreChanges ?? [],
    propertyDependencies: Object.fromEntries(dependencies.map(([key, from]) => [key, from.map(({ urn }) => urn)])),
    ...(provider && {
      provider: { urn: provider.urn, type: provider.type, name: provider.name, props: known(provider.props) },
    }),
  };
}
