/** The type of the one component that every program's resources hang under. */
export const stackType = "pulumi:pulumi:Stack";
/** Prefix of the types of provider resources; the package follows. */
export const providerPrefix = "pulumi:providers:";

export const isProviderType = (type: string): boolean => type.startsWith(providerPrefix);

/** The types of the parents and of the resource itself, joined by `$`. */
export function qualifiedTypeOf(urn: string): string {
  return urn.split("::", 4)[2] ?? "";
}

/** The type token of a URN, without its parents' types. */
export function typeOf(urn: string): string {
  const qualified = qualifiedTypeOf(urn);
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}

/** The name within the program: everything after the type, which may itself hold `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`; the stack itself is no parent in a URN. */
export function makeUrn(stack: string, project: string, parent: string, type: string, name: string): string {
  const parentType = parent === "" ? "" : qualifiedTypeOf(parent);
  const qualified = parentType === "" || parentType === stackType ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** Whether the real engine takes a text for a URN. */
export function isUrn(text: string): boolean {
  return text.startsWith("urn:pulumi:") && text.split("::").length > 3;
}

/** A provider reference is `<urn>::<id>`. */
export function parseReference(reference: string): { urn: string; id: string } {
  const cut = reference.lastIndexOf("::");
  return { urn: reference.slice(0, cut), id: reference.slice(cut + 2) };
}

/** Why a text is no type of a custom resource, in the words of the real engine; undefined when it is one. */
export function typeProblem(type: string): string | undefined {
  if (type.split(":").length > 2) return undefined;
  return `Type '${type}' is not a valid type token (must have format '*:*:*')`;
}

/** The package that a type token belongs to, such as `aws` of `aws:eks/cluster:Cluster`. */
export function packageOf(type: string): string {
  return isProviderType(type) ? type.slice(providerPrefix.length) : (type.split(":", 1)[0] ?? "");
}
