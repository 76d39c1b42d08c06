import { X509Certificate } from "node:crypto";
import {
  issuedFrom,
  legalSteps,
  type RotationSubject,
  type SiteTrustFacts,
  type TrustFacts,
  type TrustRotation,
  type TrustStep,
} from "../../lib/plan/trustPhases";
import { bundleFact, leafFact } from "../../rehearsal/trust/certificates";
import { type Identity, leaf, root, sha256 } from "./certificates";
import { brokenLinks, TlsSite } from "./links";

interface Held {
  readonly tls: TlsSite;
  /** What was written to the site, and may not have been read yet. */
  bundle: string;
  writtenAt: Date;
  startedAt: Date;
  revision: number;
  isReachable: boolean;
}

/** Three sites with real certificates on real sockets, whose roots are exchanged by the steps of the plan. */
export class TlsFleet {
  rotation: TrustRotation = { revision: 0, generations: [{ name: "g1", state: "active" }] };
  readonly sites: readonly Held[];
  readonly roots = new Map<string, Identity>();

  constructor(names: readonly string[]) {
    this.roots.set("g1", root("shop root g1"));
    this.sites = names.map((name) => ({
      tls: new TlsSite(name, this.bundle(this.rotation), this.issue("g1", name)),
      bundle: this.bundle(this.rotation),
      writtenAt: new Date(0),
      startedAt: new Date(0),
      revision: 0,
      isReachable: true,
    }));
  }

  async listen(): Promise<void> {
    for (const { tls } of this.sites) await tls.listen();
  }

  close(): void {
    for (const { tls } of this.sites) tls.close();
  }

  site(name: string): Held {
    return this.sites.find(({ tls }) => tls.name === name)!;
  }

  issue(generation: string, site: string): Identity {
    const dnsNames = ["clustermesh-apiserver.kube-system.svc", "*.mesh.cilium.io"];
    return leaf(this.roots.get(generation)!, `remote-${site}`, { dnsNames });
  }

  bundle({ generations }: TrustRotation): string {
    return generations.map(({ name }) => this.roots.get(name)!.certPem).join("");
  }

  get subject(): RotationSubject {
    return { rotation: this.rotation, sites: this.sites.map(({ tls: { name } }) => ({ name, state: "active" })) };
  }

  /** Brings a site to the present data: bundle, roll, certificate, record. `until` is where the run is killed. */
  update(name: string, until: "bundle" | "roll" | "certificate" | "record" = "record"): void {
    const site = this.site(name);
    if (!site.isReachable) return;
    const { tls } = site;
    const bundle = this.bundle(this.rotation);
    if (bundle !== site.bundle) Object.assign(site, { bundle, writtenAt: new Date() });
    if (until === "bundle") return;
    if (tls.bundle !== bundle) {
      tls.take(bundle, tls.identity);
      site.startedAt = new Date();
    }
    if (until === "roll") return;
    const generation = issuedFrom(this.rotation, name)!;
    if (!isBy(tls.identity, this.roots.get(generation)!)) tls.take(bundle, this.issue(generation, name));
    if (until === "certificate") return;
    site.revision = this.rotation.revision;
  }

  /** The facts of the certificates as they are, read as `multisite trust status` reads them. */
  facts(): TrustFacts {
    const generations = new Map([...this.roots].map(([name, { certPem }]) => [sha256(certPem), name]));
    const roots = [...this.roots.values()].map(({ certPem }) => new X509Certificate(certPem));
    const seenAt = new Date().toISOString();
    const seen = (site: Held): SiteTrustFacts => {
      if (!site.isReachable) return { reached: false, seenAt, reason: "connection refused" };
      const { tls, revision } = site;
      const pod = {
        name: "cilium-0",
        hash: hashOf(tls.bundle),
        ready: true,
        startedAt: site.startedAt.toISOString(),
      };
      return {
        ...{ reached: true, seenAt, revision },
        bundles: [bundleFact("kube-system/ConfigMap/roots", site.bundle, generations, site.writtenAt.toISOString())],
        leaves: [leafFact("kube-system/remote", tls.identity.chainPem, roots, generations, undefined)],
        consumers: [{ where: "kube-system/DaemonSet/cilium", desired: 1, pods: [pod] }],
      };
    };
    return {
      version: 1,
      collectedAt: new Date().toISOString(),
      sites: Object.fromEntries(this.sites.map((site) => [site.tls.name, seen(site)])),
    };
  }

  steps() {
    return legalSteps(this.subject, this.facts(), new Date().toISOString());
  }

  /** Takes a step: the data changes, and a root that is new in it is made. */
  take({ to }: Pick<TrustStep, "to">): void {
    for (const { name } of to.generations) if (!this.roots.has(name)) this.roots.set(name, root(`shop root ${name}`));
    this.rotation = to;
  }

  broken(): Promise<string[]> {
    return brokenLinks(this.sites.map(({ tls }) => tls));
  }
}

function isBy(identity: Identity, by: Identity): boolean {
  return new X509Certificate(identity.certPem).verify(new X509Certificate(by.certPem).publicKey);
}

/** What pods are annotated with. */
function hashOf(bundle: string): string {
  return bundleFact("", bundle, new Map(), undefined).hash;
}
