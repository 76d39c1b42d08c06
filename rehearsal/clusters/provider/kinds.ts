import { CLUSTER_WIDE } from "../../clouds/kubernetes/kinds";
import type { SdkPackage } from "../../clouds/sdk/package";
import { holdsUnknown } from "../../clouds/wire";
import type { Connection } from "./connection";
import { definedBy, groupKindOf, isCustomResourceDefinition, type KubeObject } from "./objects";
import { normalize } from "./shape";

/** What is known of kinds without asking, and what the API server and the program's own definitions say of the others. */
export class Kinds {
  /** Scope of kinds that the program defines, by `group/kind`. */
  private readonly defined = new Map<string, string>();

  constructor(
    private readonly sdk: SdkPackage,
    private readonly connection: () => Connection | undefined,
  ) {}

  private isKnown(type: string): boolean {
    return this.sdk.resource(type) !== undefined;
  }

  /** True for `ConfigMapList` and its like, which no API server stores. */
  isList(type: string): boolean {
    return /.List$/.test(type) && this.isKnown(type);
  }

  /** Why there cannot be such a type; undefined for all that the SDK knows, and for custom resources. */
  mistake(type: string): string | undefined {
    const [, module = ""] = type.split(":");
    if (this.isKnown(type) || (module.includes(".") && !this.sdk.hasModule(module))) return undefined;
    const hint = this.sdk.suggest(type);
    const tail = hint === undefined ? "" : `; did you mean ${hint}?`;
    return `@pulumi/kubernetes ${this.sdk.version} has no resource type ${type}${tail}`;
  }

  /** Inputs in the form in which the API server keeps them; those of which something is not known yet stay as they are. */
  normalize(type: string, object: KubeObject): KubeObject {
    if (holdsUnknown(object)) return object;
    return normalize(object, this.sdk.resource(type)?.inputs, this.sdk.declarations);
  }

  /** Remembers the scope of a kind that the program defines, before the API server knows it. */
  learn(object: KubeObject): void {
    if (!isCustomResourceDefinition(object)) return;
    const { groupKind, scope } = definedBy(object);
    this.defined.set(groupKind, scope);
  }

  /** Whether objects of a kind lie in namespaces. Of a kind that nobody has defined yet it is assumed. */
  async isNamespaced(type: string, object: KubeObject): Promise<boolean> {
    return (await this.scope(type, object)) ?? true;
  }

  /** The same, and undefined for a kind that nobody has defined yet. */
  async scope(type: string, object: KubeObject): Promise<boolean | undefined> {
    if (this.isKnown(type)) return !CLUSTER_WIDE.has(object.kind);
    const scope = this.defined.get(groupKindOf(object));
    if (scope !== undefined) return scope === "Namespaced";
    const info = await this.connection()
      ?.kind(object)
      .catch(() => undefined);
    return info?.isNamespaced;
  }

  /** The inputs that the SDK lists for a type. */
  inputsOf(type: string): readonly string[] {
    return [...(this.sdk.resource(type)?.inputs.keys() ?? ["apiVersion", "kind", "metadata", "spec"])];
  }
}
