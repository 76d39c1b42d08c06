import type { DeploymentResource, ResourceView, Step } from "../engine";
import type { Dependencies } from "./events";

/** The steps after which there is no resource, or one that another step tells of as well. */
const WITHOUT_RESOURCE = new Set<string>(["delete", "delete-replaced", "create-replacement", "read-replacement"]);

/** After a preview nothing is deployed: the steps themselves are what would be there. */
export function previewed(steps: readonly Step[]): ResourceView[] {
  return steps
    .filter((step) => !WITHOUT_RESOURCE.has(step.op))
    .map((step) => ({
      urn: step.urn,
      type: step.type,
      name: step.name,
      custom: step.custom,
      id: "",
      parent: step.parent ?? "",
      provider: step.provider ?? "",
      dependsOn: step.dependsOn,
      propertyDependencies: step.propertyDependencies,
      protect: step.protect ?? false,
      ignoreChanges: [],
      inputs: step.inputs ?? {},
      outputs: step.outputs ?? {},
    }));
}

/**
 * The dependencies in what `pulumi preview --json` prints: none when it was stopped before it printed.
 * @param text its standard output; warnings of the CLI's may stand before the document.
 */
export function planned(text: string): Map<string, Dependencies> {
  const start = text.indexOf("{");
  if (start < 0) return new Map();
  let document: { steps?: { newState?: DeploymentResource }[] };
  try {
    document = JSON.parse(text.slice(start)) as typeof document;
  } catch {
    return new Map();
  }
  const states = (document.steps ?? []).flatMap(({ newState }) => (newState === undefined ? [] : [newState]));
  return new Map(
    states.map(({ urn, dependencies, propertyDependencies }) => [
      urn,
      {
        dependsOn: (dependencies as string[] | undefined) ?? [],
        propertyDependencies: (propertyDependencies as Dependencies["propertyDependencies"] | undefined) ?? {},
      },
    ]),
  );
}
