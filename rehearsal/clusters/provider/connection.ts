import { setMaxListeners } from "node:events";
import { kubernetes } from "../sites/kubernetes";
import { membersOf, StrangeAnswer } from "../sites/strangeAnswer";
import { answered, isNotFound, NoMatch, strange, unanswered } from "./apiError";
import { type GroupVersionKind, type KubeObject, nameOf, namespaceOf } from "./objects";

type Client = Awaited<ReturnType<typeof kubernetes>>;
type Response = InstanceType<Client["ResponseContext"]>;
export type KubeConfig = InstanceType<Client["KubeConfig"]>;

/** One request to an API server. */
interface Ask {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: { [name: string]: string | undefined };
  body?: unknown;
  contentType?: string;
  headers?: { [name: string]: string };
}

/** How a kind lies in the API. */
export interface KindInfo {
  plural: string;
  isNamespaced: boolean;
}

/** Options of requests that change something. */
export interface WriteOptions {
  /** Who the fields that are written belong to. */
  fieldManager?: string;
  /** Takes fields from other managers. */
  force?: boolean;
  /** The server does everything but keep it. */
  isDryRun?: boolean;
}

/**
 * The connection to one API server: any kind, as plain JSON. The typed classes of the client are left out on purpose, since
 * they drop every field that they do not know.
 */
export class Connection {
  private readonly ended = new AbortController();
  private readonly kinds = new Map<string, ReadonlyMap<string, KindInfo>>();

  private constructor(
    readonly config: KubeConfig,
    private readonly send: (ask: Ask, signal: AbortSignal) => Promise<unknown>,
    /** Seconds that an answer may take. */
    private readonly timeoutSeconds: number,
    private readonly asSent: (object: KubeObject) => KubeObject,
  ) {
    // Each watch listens to it, and a program may wait for any number of objects at once.
    setMaxListeners(0, this.ended.signal);
  }

  /**
   * @param timeoutSeconds that an answer may take.
   * @param asSent what an object becomes on its way to the server. @default as it is
   */
  static async open(
    config: KubeConfig,
    timeoutSeconds: number,
    asSent: (object: KubeObject) => KubeObject = (object) => object,
  ): Promise<Connection> {
    return new Connection(config, sender(await kubernetes(), config), timeoutSeconds, asSent);
  }

  /** @throws ApiError */
  private async ask(ask: Ask): Promise<unknown> {
    // By hand: of AbortSignal.any and AbortSignal.timeout together, Node.js 20 may collect the second before its time has come.
    const asking = new AbortController();
    const giveUp = () => asking.abort();
    const timer = setTimeout(giveUp, this.timeoutSeconds * 1000);
    this.ended.signal.addEventListener("abort", giveUp);
    if (this.ended.signal.aborted) giveUp();
    try {
      return await this.send(ask, asking.signal);
    } finally {
      clearTimeout(timer);
      this.ended.signal.removeEventListener("abort", giveUp);
    }
  }

  /** Ends all requests that are under way. */
  close(): void {
    this.ended.abort();
  }

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  /**
   * Asks for what the real provider asks first, without having it sent: whoever may not have it, or gets no answer, cannot
   * reach the cluster.
   */
  async probe(): Promise<void> {
    const query = { timeout: `${this.timeoutSeconds}s` };
    await this.ask({ method: "GET", path: "/openapi/v2", query, headers: { "If-None-Match": "*" } });
  }

  /** What the API server says of itself at a path such as `/version`. @throws ApiError */
  document(path: string): Promise<unknown> {
    return this.ask({ method: "GET", path });
  }

  /**
   * How a kind lies in the API; asked again when it is not known, since definitions come while a program runs.
   * @throws NoMatch, ApiError
   */
  async kind({ apiVersion, kind }: GroupVersionKind): Promise<KindInfo> {
    const known = this.kinds.get(apiVersion)?.get(kind);
    if (known !== undefined) return known;
    const list = await this.ask({ method: "GET", path: root(apiVersion) }).catch((error) => {
      if (!isNotFound(error)) throw error;
      const { cause } = error as Error;
      if (cause instanceof StrangeAnswer) throw strange(cause);
      return { resources: [] };
    });
    const found = inList<{ kind: string; name: string; namespaced: boolean }>(list, "resources");
    const whole = found.filter(({ name }) => !name.includes("/"));
    this.kinds.set(
      apiVersion,
      new Map(whole.map((each) => [each.kind, { plural: each.name, isNamespaced: each.namespaced }])),
    );
    const info = this.kinds.get(apiVersion)?.get(kind);
    if (info === undefined) throw new NoMatch(kind, apiVersion);
    return info;
  }

  /** @throws ApiError when it cannot be found out; a kind that is not there is false. */
  async hasKind(kind: GroupVersionKind): Promise<boolean> {
    return this.kind(kind).then(
      () => true,
      (error) => {
        if (error instanceof NoMatch) return false;
        throw error;
      },
    );
  }

  /** The path of a kind's objects. */
  async collection(kind: GroupVersionKind, namespace: string): Promise<string> {
    const { plural, isNamespaced } = await this.kind(kind);
    const inside = isNamespaced ? `/namespaces/${encodeURIComponent(namespace === "" ? "default" : namespace)}` : "";
    return `${root(kind.apiVersion)}${inside}/${plural}`;
  }

  private async path(object: KubeObject, name = nameOf(object)): Promise<string> {
    return `${await this.collection(object, namespaceOf(object))}/${encodeURIComponent(name)}`;
  }

  async get(object: KubeObject, name?: string): Promise<KubeObject> {
    return (await this.ask({ method: "GET", path: await this.path(object, name) })) as KubeObject;
  }

  /** Objects at a path that {@link collection} gave, with the version of the list. */
  async list(
    path: string,
    query: { fieldSelector?: string } = {},
  ): Promise<{ items: KubeObject[]; metadata?: { resourceVersion?: string } }> {
    const list = await this.ask({ method: "GET", path, query });
    return { ...(list as object), items: inList<KubeObject>(list, "items") };
  }

  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const path = await this.collection(object, namespaceOf(object));
    return (await this.ask({ method: "POST", path, query: queryOf(options), body: this.asSent(object) })) as KubeObject;
  }

  async replace(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const path = await this.path(object);
    return (await this.ask({ method: "PUT", path, query: queryOf(options), body: this.asSent(object) })) as KubeObject;
  }

  /** Server-side apply. */
  async apply(object: KubeObject, options: WriteOptions, name = nameOf(object)): Promise<KubeObject> {
    return this.patch(object, name, "application/apply-patch+yaml", this.asSent(object), {
      ...queryOf(options),
      force: String(options.force ?? false),
    });
  }

  /** @param changes operations of JSON Patch (RFC 6902). */
  async jsonPatch(object: KubeObject, changes: unknown[]): Promise<KubeObject> {
    return this.patch(object, nameOf(object), "application/json-patch+json", changes, {});
  }

  private async patch(
    object: KubeObject,
    name: string,
    contentType: string,
    body: unknown,
    query: Ask["query"] & object,
  ): Promise<KubeObject> {
    return (await this.ask({
      method: "PATCH",
      path: await this.path(object, name),
      query,
      body,
      contentType,
    })) as KubeObject;
  }

  async delete(object: KubeObject, name: string, propagationPolicy: string): Promise<void> {
    await this.ask({ method: "DELETE", path: await this.path(object, name), body: { propagationPolicy } });
  }
}

/** @throws StrangeAnswer when it is no JSON */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrangeAnswer("what is no JSON", text);
  }
}

/** @throws ApiError when the answer is no list */
function inList<T extends object>(answer: unknown, name: string): T[] {
  try {
    return membersOf(answer, name);
  } catch (error) {
    throw strange(error as StrangeAnswer);
  }
}

function root(apiVersion: string): string {
  return `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`;
}

function queryOf({ fieldManager, isDryRun }: WriteOptions): { [name: string]: string | undefined } {
  return { fieldManager, dryRun: isDryRun === true ? "All" : undefined };
}

/** Requests by way of the client, which knows how to authenticate; bodies and answers stay as they are. */
function sender(client: Client, config: KubeConfig): (ask: Ask, signal: AbortSignal) => Promise<unknown> {
  class Raw extends client.KubernetesObjectApi {
    /** The client would make dates of the times in metadata, and drop what it does not know there. */
    protected override async processResponse<T>(response: Response, type?: string): Promise<T> {
      const { httpStatusCode: code, body } = response;
      return code >= 200 && code <= 299
        ? (jsonIn(await body.text()) as T)
        : super.processResponse<never>(response, type);
    }

    async ask(
      { method, path, query = {}, body, contentType = "application/json", headers = {} }: Ask,
      signal: AbortSignal,
    ) {
      const context = this.configuration.baseServer.makeRequestContext(path, client.HttpMethod[method]);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) context.setQueryParam(name, value);
      for (const [name, value] of Object.entries({ Accept: "application/json", ...headers })) {
        context.setHeaderParam(name, value);
      }
      context.setSignal(signal);
      if (body !== undefined) {
        context.setHeaderParam("Content-Type", contentType);
        context.setBody(JSON.stringify(body));
      }
      try {
        return await this.requestPromise<KubeObject>(context, "any");
      } catch (error) {
        if (error instanceof client.ApiException && error.code === 304) return undefined;
        if (error instanceof client.ApiException) throw answered(error.code, error.body);
        if (error instanceof StrangeAnswer) throw strange(error);
        throw unanswered(method, context.getUrl(), error);
      }
    }
  }
  const raw = config.makeApiClient(Raw);
  return (ask, signal) => raw.ask(ask, signal);
}
