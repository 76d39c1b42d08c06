import { stateFacts } from "../plan/life";
import type { Problem } from "../plan/problems";
import type { FleetSpec, SiteState } from "../plan/spec";
import type { MeshCredentials } from "./credentials";

/**
 * What is wrong with the credentials, for the sites that can be made out in a spec that may be anything.
 * @param isIssued whether the fleet's trust issues those that are not given
 */
export function meshProblems(
  spec: unknown,
  given: { readonly [site: string]: MeshCredentials } | undefined,
  isIssued: boolean,
): Problem[] {
  const names = members(spec);
  const absent = names.filter((name) => !Object.hasOwn(given ?? {}, name) || given?.[name] === undefined);
  const missing = isIssued ? [] : absent;
  const strangers = Object.keys(given ?? {}).filter((name) => !names.includes(name));
  return [
    ...missing.map((name) => ({
      path: `meshCredentials.${name}`,
      message:
        `is missing: site "${name}" is in the mesh of spec.mesh, and proves itself there by certificates. Give those that ` +
        `the fleet's trust issues for it, or set spec.mesh.implementation to "none"`,
    })),
    ...strangers.map((name) => ({
      path: `meshCredentials.${name}`,
      message: `names none of the sites in a mesh (${names.join(", ") || "there are none"}): remove it, or correct the name`,
    })),
  ];
}

/** Sites that a program builds into a mesh. */
function members(spec: unknown): string[] {
  try {
    const { mesh, sites } = spec as Partial<FleetSpec>;
    if (mesh === undefined || mesh.implementation === "none" || sites === undefined) return [];
    return [...sites].filter(({ name, state }) => typeof name === "string" && isBuilt(state)).map(({ name }) => name);
  } catch {
    return [];
  }
}

function isBuilt(state: SiteState | undefined): boolean {
  const facts = stateFacts(state) as ReturnType<typeof stateFacts> | undefined;
  return facts?.built ?? false;
}
