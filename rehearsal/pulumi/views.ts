import { type ResourceState, type ResourceView, resourceView, type Step } from "../engine";

/** What events do not tell of a resource. */
export type Details = Pick<ResourceView, "dependsOn" | "propertyDependencies" | "ignoreChanges">;

/** The steps after which there is no resource, or one that another step tells of as well. */
const WITHOUT_RESOURCE = new Set<string>([
  "delete",
  "delete-replaced",
  "discard",
  "discard-replaced",
  "create-replacement",
  "read-replacement",
  "refresh",
]);

/** After a preview nothing is deployed: the steps themselves are what would be there. */
export function previewedResources(
  steps: readonly (Step & { id: string })[],
  details: ReadonlyMap<string, Details>,
): ResourceView[] {
  return steps
    .filter((step) => !WITHOUT_RESOURCE.has(step.op))
    .map((step) => ({
      urn: step.urn,
      type: step.type,
      name: step.name,
      custom: step.custom,
      id: step.id,
      parent: step.parent ?? "",
      provider: step.provider ?? "",
      dependsOn: step.dependsOn,
      propertyDependencies: step.propertyDependencies,
      protect: step.protect ?? false,
      ignoreChanges: details.get(step.urn)?.ignoreChanges ?? [],
      inputs: step.inputs ?? {},
      outputs: step.outputs ?? {},
    }));
}

/** The resources of a state, without those that wait for their deletion. */
export function deployedResources(states: readonly ResourceState[]): ResourceView[] {
  return states
    .filter((state) => !state.delete)
    .map(resourceView)
    .map((view) => ({ ...view, inputs: withoutInternal(view.inputs), outputs: withoutInternal(view.outputs) }));
}

/**
 * The details in what `pulumi preview --json` prints: none when it was stopped before it printed.
 * @param text its standard output; what the CLI says beside may stand before the document.
 */
export function previewDetails(text: string): Map<string, Details> {
  const start = text.search(/^\{/m);
  if (start < 0) return new Map();
  let document: { steps?: { newState?: Partial<Details> & { urn: string; dependencies?: string[] } }[] };
  try {
    document = JSON.parse(text.slice(start)) as typeof document;
  } catch {
    return new Map();
  }
  const states = (document.steps ?? []).flatMap(({ newState }) => (newState === undefined ? [] : [newState]));
  return new Map(
    states.map(({ urn, dependencies: dependsOn = [], propertyDependencies = {}, ignoreChanges = [] }) => [
      urn,
      { dependsOn, propertyDependencies, ignoreChanges },
    ]),
  );
}

/** Properties without what the real engine keeps for itself in the inputs of every provider resource, if that is nothing. */
export function withoutInternal(properties: { [name: string]: unknown }): { [name: string]: unknown } {
  const { __internal: internal, ...own } = properties;
  const isNothing = typeof internal === "object" && internal !== null && Object.keys(internal).length === 0;
  return isNothing ? own : properties;
}
