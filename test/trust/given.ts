import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Deployment, DeploymentCodec, type ResourceState } from "../../rehearsal/engine";
import type { Properties } from "../../rehearsal/engine/provider";
import { revealSecrets } from "../../rehearsal/engine/values";
import type { Identity } from "./certificates";
import { reachOnce, TlsSite } from "./links";

/** The resources of a state, their secrets in clear. */
export function openedState(deployment: Deployment): ResourceState[] {
  return new DeploymentCodec("").decode(deployment).map((state) => ({
    ...state,
    inputs: revealSecrets(state.inputs),
    outputs: revealSecrets(state.outputs),
  }));
}

/** A certificate with its key, as a site is given it. */
export interface Given extends Identity {
  readonly site: string;
  /** Name of the Secret. */
  readonly name: string;
  /** What the site trusts. */
  readonly roots: string;
  readonly x509: X509Certificate;
}

/** What the Secrets of the sites hold. */
export function givenTo(states: readonly ResourceState[]): Given[] {
  return states.flatMap(({ type, urn, inputs }) => {
    if (type !== "kubernetes:core/v1:Secret") return [];
    const texts = Object.entries(inputs.data as Properties).map(([key, value]) => [key, decoded(value)] as const);
    const { "tls.crt": chainPem, "tls.key": keyPem, "ca.crt": roots } = Object.fromEntries(texts);
    if (chainPem === undefined || keyPem === undefined || roots === undefined) return [];
    const [site = "", ...name] = urn.slice(urn.lastIndexOf("::") + 2).split("-");
    const x509 = new X509Certificate(chainPem);
    const key = createPrivateKey(keyPem);
    return [{ site, name: name.join("-"), key, keyPem, chainPem, certPem: x509.toString(), roots, x509 }];
  });
}

function decoded(base64: unknown): string {
  return Buffer.from(String(base64), "base64").toString();
}

/** Uses by which Node and OpenSSL tell servers from clients. */
export const [SERVER, CLIENT] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] as const;

/** Whether a certificate is for a use. */
export function isFor(use: string, { x509 }: Given): boolean {
  return (x509.keyUsage ?? []).includes(use);
}

/** A connection on which both sides verify each other by what their own sites trust; resolves to why there is none. */
export async function connection(server: Given, client: Given): Promise<string | undefined> {
  const name = server.x509.subjectAltName?.match(/DNS:([^,]+)/)?.[1]?.replace("*", "node-1");
  const to = new TlsSite(server.site, server.roots, server, name);
  const from = new TlsSite(client.site, client.roots, client);
  return reachOnce(from, to);
}
