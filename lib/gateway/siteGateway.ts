import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import * as pulumi from "@pulumi/pulumi";
import type { Entrance } from "../clusters/entrance";
import type { LeafPair } from "../mesh/credentials";
import { chainEndSeconds } from "../plan/gateway/given";
import { GATEWAY, type SiteGatewayPlan, type TrafficGatewayPlan } from "../plan/gateway/plan";
import type { SiteKind } from "../plan/spec";
import type { Solver } from "../traffic/challenges/challenges";
import { objectResource } from "../workloads/resources";
import { declareNamespace, namespaceOf } from "../workloads/shared";
import { acmeCertificate } from "./acme";
import { entry } from "./entry";
import { givenCertificate } from "./given";
import { readiness } from "./readiness";
import { routes } from "./routes";

/** What a site's gateway is built from. `Fleet` makes these; only a program that plans by itself gives them. */
export interface SiteGatewayArgs {
  /** The gateway, of `TrafficPlan.gateway`. */
  readonly plan: TrafficGatewayPlan;
  /** The site's part of it. */
  readonly site: SiteGatewayPlan;
  /** The kind of the site's cluster. */
  readonly kind: SiteKind;
  /** The addresses that are reserved for the site. @default none: whoever made the cluster has them */
  readonly entrance?: Entrance;
  /** The site's certificate for the domain and its key, where the plan has it given. */
  readonly certificate?: LeafPair;
  /** How the site answers the ACME authority, where the plan has it ask one. */
  readonly solver?: Solver;
  /** Whether cert-manager is there already, of the site's trust. @default false */
  readonly hasCertManager?: boolean;
  /** Id of the Azure Front Door that every request must come through. @default none */
  readonly frontDoor?: pulumi.Input<string>;
}

/**
 * Where users enter a site: its reserved addresses, their TLS, the way to the team's Services, and what answers for the site's
 * readiness. A site without a certificate completes no handshake, so that no health check takes it for ready.
 */
export class SiteGateway extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:SiteGateway";

  /**
   * @param name name of the site; its children are named after it.
   * @param opts as of every component; `provider` is the site's own Kubernetes provider.
   */
  constructor(name: string, args: SiteGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SiteGateway.__pulumiType, name, gatewayFacts(args), opts);
    const options = { parent: this };
    const spaces = namespaces(args, opts?.provider, options);
    const within = { parent: this, dependsOn: spaces };
    const certificate = certificateOf(args, within);
    const answering = readiness(args.plan, args.site, endOf(args), within);
    const entered = entry(args.plan, args.site, args.entrance, within);
    const after = pulumi.mergeOptions(within, { dependsOn: [...certificate, ...answering, ...entered] });
    routes(name, args.plan, args.frontDoor, after);
    this.registerOutputs(gatewayFacts(args));
  }
}

/** What a gateway says about itself, all of it plain: policies read it. */
function gatewayFacts({ plan, site }: SiteGatewayArgs) {
  const { domain, readinessPath, className, certificate, routes: all } = plan;
  return {
    ...{ site: site.site, serves: site.serves, domain, readinessPath, className, certificate: certificate.by },
    routes: all.map(({ path, namespace, service, port }) => ({ path, namespace, service, port })),
  };
}

function namespaces(
  { plan, site }: SiteGatewayArgs,
  provider: pulumi.ProviderResource | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const own = new Namespace(`${site.site}-gateway`, { metadata: { name: GATEWAY.namespace } }, options);
  // Patched, they stay with what a team has in them.
  const routed = plan.madeNamespaces.map((name) => {
    const space = objectResource(`${site.site}-gateway-${name}`, namespaceOf(name), options, true);
    if (provider !== undefined) declareNamespace(provider, name, space);
    return space;
  });
  return [own, ...routed];
}

/** When the certificate ends that the program gives, in seconds since 1970: a public fact, whatever it came in. */
function endOf({ plan, certificate }: SiteGatewayArgs): pulumi.Output<number | undefined> | undefined {
  if (plan.certificate.by !== "given" || certificate === undefined) return undefined;
  return pulumi.unsecret(pulumi.output(certificate.certificate).apply(chainEndSeconds));
}

function certificateOf(args: SiteGatewayArgs, options: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { plan, site, kind, certificate, solver, hasCertManager = false } = args;
  // `Fleet` has told the caller before.
  if (plan.certificate.by === "given") {
    if (certificate === undefined) throw new Error(`the gateway of site ${site.site} came without its certificate`);
    return [givenCertificate(site.site, certificate, options)];
  }
  if (solver === undefined)
    throw new Error(`the gateway of site ${site.site} came without an answer for its authority`);
  return acmeCertificate({ site: site.site, kind, plan: plan.certificate, solver, hasCertManager }, options);
}
