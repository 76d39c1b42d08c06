import { AFDCustomDomain, AFDEndpoint, AFDOrigin, AFDOriginGroup, Profile, Route } from "@pulumi/azure-native/cdn";
import * as azure from "@pulumi/azure-native/provider";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { SAMPLES } from "../plan/routing/front";
import type { FrontDoorSpec } from "../plan/routing/frontSpec";
import type { FrontContext, TrafficFront } from "./front";

type Context = FrontContext<"frontDoor">;

/** The least that Azure takes: how long an edge waits for a site before it answers for it. */
const ORIGIN_TIMEOUT_SECONDS = 16;

/**
 * Azure Front Door before the sites' own addresses. It ends the users' TLS with a certificate that Azure issues and renews,
 * once the TXT record beside the domain has proved whose it is.
 */
export const frontDoor: TrafficFront<"frontDoor"> = {
  service: "frontDoor",
  package: "azure-native",
  provider: ({ spec }, options) => {
    const { subscription, tenant } = spec as FrontDoorSpec;
    return new azure.Provider("front-door", { subscriptionId: subscription, tenantId: tenant }, options);
  },
  front: (context) => {
    const { traffic, plan, cloud } = context;
    const { resourceGroup, location = "westeurope", tier = "Standard" } = plan.spec as FrontDoorSpec;
    const group = new ResourceGroup(
      "front",
      { location, ...(resourceGroup !== undefined && { resourceGroupName: resourceGroup }) },
      cloud,
    );
    const profile = new Profile(
      "front",
      {
        ...{ resourceGroupName: group.name, profileName: plan.label, location: "Global" },
        ...{ sku: { name: `${tier}_AzureFrontDoor` }, originResponseTimeoutSeconds: ORIGIN_TIMEOUT_SECONDS },
      },
      cloud,
    );
    const within = { resourceGroupName: group.name, profileName: profile.name };
    // Azure adds a suffix to the name that nobody chooses, and the domain's CNAME holds it.
    const endpoint = new AFDEndpoint(
      "front",
      { ...within, endpointName: plan.label, location: "Global", enabledState: "Enabled" },
      pulumi.mergeOptions(cloud, { protect: true }),
    );
    const originGroup = originGroupOf(context, within);
    const origins = originsOf(context, within, originGroup);
    const domain = customDomain(context, within);
    route(context, { ...within, endpointName: endpoint.name }, { originGroup, origins, domain });
    return {
      type: "CNAME",
      values: endpoint.hostName.apply((name) => [name]),
      frontDoorId: profile.frontDoorId,
      proof: {
        name: `_dnsauth.${traffic.domain}`,
        value: domain.validationProperties.apply(({ validationToken }) => validationToken),
      },
    };
  },
};

interface Within {
  readonly resourceGroupName: pulumi.Output<string>;
  readonly profileName: pulumi.Output<string>;
}

function originGroupOf({ traffic, plan, cloud }: Context, within: Within): AFDOriginGroup {
  const { path, protocol } = traffic.health;
  const { intervalSeconds, failures } = plan.time;
  return new AFDOriginGroup(
    "front",
    {
      ...{ ...within, originGroupName: "sites", sessionAffinityState: "Disabled" },
      healthProbeSettings: {
        ...{ probePath: path, probeIntervalInSeconds: intervalSeconds, probeRequestType: "GET" },
        probeProtocol: protocol === "https" ? "Https" : "Http",
      },
      loadBalancingSettings: {
        ...{ sampleSize: SAMPLES, successfulSamplesRequired: SAMPLES - failures + 1 },
        additionalLatencyInMilliseconds: plan.additionalLatencyMilliseconds,
      },
      // What heals gets its users back at once, as at every other service.
      trafficRestorationTimeToHealedOrNewEndpointsInMinutes: 0,
    },
    cloud,
  );
}

function originsOf({ traffic, plan, addresses, cloud }: Context, within: Within, group: AFDOriginGroup): AFDOrigin[] {
  const { port, protocol } = traffic.health;
  return plan.origins.map(({ key, site, address, weight }) => {
    const hostName = addresses[site]?.[address];
    return new AFDOrigin(
      key,
      {
        ...{ ...within, originGroupName: group.name, originName: key, enabledState: "Enabled", priority: 1, weight },
        ...(hostName !== undefined && { hostName }),
        ...{ originHostHeader: traffic.domain, httpPort: 80, httpsPort: 443 },
        ...(protocol === "https" ? { httpsPort: port } : { httpPort: port }),
        // It would hold the certificate against the address that the site is known by, not against the name.
        enforceCertificateNameCheck: false,
      },
      cloud,
    );
  });
}

function customDomain({ traffic, plan, cloud }: Context, within: Within): AFDCustomDomain {
  return new AFDCustomDomain(
    "front",
    {
      ...{ ...within, customDomainName: plan.label, hostName: traffic.domain },
      tlsSettings: { certificateType: "ManagedCertificate", minimumTlsVersion: "TLS12" },
    },
    cloud,
  );
}

function route(
  { traffic, cloud }: Context,
  within: Within & { readonly endpointName: pulumi.Output<string> },
  to: {
    readonly originGroup: AFDOriginGroup;
    readonly origins: readonly AFDOrigin[];
    readonly domain: AFDCustomDomain;
  },
): void {
  const isHttps = traffic.health.protocol === "https";
  new Route(
    "front",
    {
      ...{ ...within, routeName: "sites", enabledState: "Enabled", linkToDefaultDomain: "Disabled" },
      ...{ originGroup: { id: to.originGroup.id }, customDomains: [{ id: to.domain.id }], patternsToMatch: ["/*"] },
      ...{ supportedProtocols: ["Http", "Https"], httpsRedirect: "Enabled" },
      forwardingProtocol: isHttps ? "HttpsOnly" : "HttpOnly",
    },
    // Azure takes a route only to a group that has an origin.
    pulumi.mergeOptions(cloud, { dependsOn: [...to.origins] }),
  );
}
