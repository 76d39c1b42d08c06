import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { BUNDLE_HASH_ANNOTATION, TRUST_RECORD, type TrustRecord } from "../../lib/plan/trustPhases";
import { bundleFact } from "../../rehearsal/trust/certificates";
import { type Identity, leaf, root, sha256 } from "./certificates";
import { answerExec, type Executed } from "./fakeExec";

/** An API server that serves what it is told to, on loopback. */
export class FakeApi {
  readonly #server: Server;
  /** Answers by path; a label selector is part of it. */
  answers = new Map<string, unknown>();
  /** Status of every answer; `hang` never answers, and `break off` closes the connection in the middle of the answer. */
  mode: number | "hang" | "break off" = 200;
  /** Connections that were opened to it. */
  connections = 0;

  /** Bodies of what was patched, by path. */
  readonly patched = new Map<string, unknown[]>();
  /** What a command in a pod does; without it none can be run. */
  exec: ((pod: string, command: readonly string[]) => Executed) | undefined;

  readonly #authority = root("kubernetes");

  constructor() {
    const { keyPem: key, chainPem: cert } = leaf(this.#authority, "kube-apiserver", { ipAddresses: ["127.0.0.1"] });
    this.#server = createServer({ key, cert }, (request, response) => {
      if (this.mode === "hang") return;
      if (this.mode === "break off") {
        response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
        response.write("{", () => request.socket.end());
        return;
      }
      if (request.method === "PATCH") return void this.#patch(request, response);
      const found = this.answers.get(decodeURIComponent(request.url ?? "").replaceAll("+", " "));
      const status = this.mode !== 200 ? this.mode : found === undefined ? 404 : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(
        JSON.stringify(status === 200 ? found : { kind: "Status", code: status, message: "S3CR3T-of-the-server" }),
      );
    });
    this.#server.on("secureConnection", () => this.connections++);
    this.#server.on("upgrade", (request, socket) => answerExec(request, socket, this.exec));
  }

  /** Merges data into an object, as a merge patch does; everything else is only kept. */
  async #patch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as { readonly data?: Readonly<Record<string, string | null>> };
    const path = decodeURIComponent(request.url ?? "");
    this.patched.set(path, [...(this.patched.get(path) ?? []), body]);
    const before = (this.answers.get(path) ?? {}) as { readonly data?: object };
    const data = Object.entries({ ...before.data, ...body.data }).filter(([, value]) => value !== null);
    const after = { ...before, data: Object.fromEntries(data) };
    if (this.mode === 200) this.answers.set(path, after);
    response.writeHead(typeof this.mode === "string" ? 500 : this.mode, { "content-type": "application/json" });
    response.end(JSON.stringify(after));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    const ca = Buffer.from(this.#authority.certPem).toString("base64");
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "site", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority-data": ca } }],
      users: [{ name: "reader", user: { token: "S3CR3T-token" } }],
      contexts: [{ name: "site", context: { cluster: "site", user: "reader" } }],
      "current-context": "site",
    });
  }
}

/** What a site holds. */
export interface HeldTrust {
  readonly revision: number;
  readonly trustDomain?: string;
  /** Roots by the names of their generations. */
  readonly roots: { readonly [generation: string]: Identity };
  readonly leaf: Identity;
  /** Roots that the pod has read. @default those of the bundle */
  readonly loaded?: readonly Identity[];
}

const WRITTEN = [{ fieldsV1: { "f:data": {} }, time: "2026-11-20T10:00:00Z" }];
const SELECTORS = {
  bundles: "/api/v1/configmaps?labelSelector=trust.cert-manager.io/bundle",
  certificates: "/api/v1/secrets?labelSelector=controller.cert-manager.io/fao=true",
};

/** The answers of a site's API server. */
export function answersOf({ revision, trustDomain, roots, leaf: own, loaded }: HeldTrust): Map<string, unknown> {
  const all = Object.values(roots);
  const text = (identities: readonly Identity[]) => identities.map(({ certPem }) => certPem).join("");
  const record: TrustRecord = {
    revision,
    ...(trustDomain !== undefined && { trustDomain }),
    generations: Object.fromEntries(Object.entries(roots).map(([name, { certPem }]) => [name, sha256(certPem)])),
    bundles: ["kube-system/ConfigMap/cilium-root-ca.crt/ca.crt"],
    leaves: ["kube-system/clustermesh-apiserver-remote-cert"],
    consumers: ["kube-system/DaemonSet/cilium"],
  };
  const meta = (name: string) => ({ namespace: "kube-system", name, managedFields: WRITTEN });
  const base64 = (pem: string) => Buffer.from(pem).toString("base64");
  const hash = bundleFact("", text(loaded ?? all), new Map(), undefined).hash;
  const pod = {
    metadata: { namespace: "kube-system", name: "cilium-x7k2p", annotations: { [BUNDLE_HASH_ANNOTATION]: hash } },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ state: { running: { startedAt: "2026-11-20T11:00:00Z" } } }],
    },
  };
  return new Map<string, unknown>([
    [
      `/api/v1/namespaces/kube-system/configmaps/${TRUST_RECORD.name}`,
      { metadata: meta(TRUST_RECORD.name), data: { [TRUST_RECORD.key]: JSON.stringify(record) } },
    ],
    [
      "/api/v1/namespaces/kube-system/configmaps/cilium-root-ca.crt",
      { metadata: meta("cilium-root-ca.crt"), data: { "ca.crt": text(all) } },
    ],
    [
      "/api/v1/namespaces/kube-system/secrets/clustermesh-apiserver-remote-cert",
      {
        metadata: meta("clustermesh-apiserver-remote-cert"),
        data: { "tls.crt": base64(own.chainPem), "tls.key": base64(own.keyPem), "ca.crt": base64(text(all)) },
      },
    ],
    [
      "/apis/apps/v1/namespaces/kube-system/daemonsets/cilium",
      {
        metadata: meta("cilium"),
        spec: { selector: { matchLabels: { "k8s-app": "cilium" } } },
        status: { desiredNumberScheduled: 1 },
      },
    ],
    ["/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app=cilium", { items: [pod] }],
    [SELECTORS.bundles, { items: [] }],
    [SELECTORS.certificates, { items: [] }],
  ]);
}
