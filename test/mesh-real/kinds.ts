/** What is told of an object by which it can be found. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The kinds of objects that an API server has, by its own word. */
export class Kinds {
  readonly #known = new Map<string, Resource>();

  /** @param ask asks the API server */
  constructor(readonly ask: (path: string) => Promise<string>) {}

  /** The path of an object; in the namespace default, where it says none. */
  async pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { name, namespaced } = await this.#resource(base, kind);
    const within = namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${base}${within}/${name}/${metadata.name}`;
  }

  async #resource(base: string, kind: string): Promise<Resource> {
    const known = this.#known.get(`${base} ${kind}`);
    if (known !== undefined) return known;
    const { resources } = JSON.parse(await this.ask(base)) as { resources: readonly Resource[] };
    for (const one of resources.filter(({ name }) => !name.includes("/"))) this.#known.set(`${base} ${one.kind}`, one);
    const found = this.#known.get(`${base} ${kind}`);
    if (found === undefined) throw new Error(`the API server has no ${kind} in ${base}`);
    return found;
  }
}
