import type { KubeObject } from "../objects";
import type { Capabilities, Templates } from "../templates";

/** What the components of the package know of the cluster that they are for, a real or a simulated one. */
export interface ComponentContext {
  /** Of the installed SDK: children name it, as those do that a program makes itself. */
  readonly version: string;
  /** Where objects lie that name no namespace. */
  readonly defaultNamespace: string;
  /**
   * Whether objects of a kind lie in namespaces; undefined where neither the cluster nor a definition says.
   * @param type its token, such as `kubernetes:apps/v1:Deployment`.
   */
  isNamespaced(type: string, object: KubeObject): Promise<boolean | undefined>;
  /** Whoever renders charts and builds kustomizations. */
  readonly templates: Templates | undefined;
  /** What the cluster says of itself; undefined when it cannot be asked. */
  capabilities(): Promise<Capabilities | undefined>;
  /** Text of the kubeconfig of the cluster, in which charts look things up. @default there is none */
  readonly kubeconfig?: string;
}
