import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";
import { OWNED_ABOVE } from "../plan/gateway/externalDns";
import { GATEWAY, type GatewayRoute, type TrafficGatewayPlan } from "../plan/gateway/plan";
import { READINESS_PORTS } from "../plan/gateway/readiness";

const GROUP = "gateway.networking.k8s.io";
const { namespace } = GATEWAY;

/** Header in which Azure Front Door says which profile sends a request (Azure Front Door, "Secure traffic to origins"). */
const FRONT_DOOR_HEADER = "X-Azure-FDID";

/** Rules that one HTTPRoute takes (Gateway API, `spec.rules`). */
const MOST_RULES = 16;

/**
 * Where requests go. The Services are the team's, in namespaces of the team: each of these says that this gateway may lead
 * to them.
 * @param frontDoor id of the profile that every request must come through
 */
export function routes(
  site: string,
  plan: TrafficGatewayPlan,
  frontDoor: pulumi.Input<string> | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const route = (name: string, sectionName: string, rules: pulumi.Input<object>[]) =>
    new CustomResource(
      `${site}-gateway-${name}`,
      {
        apiVersion: `${GROUP}/v1`,
        kind: "HTTPRoute",
        metadata: { namespace, name, annotations: OWNED_ABOVE },
        spec: { parentRefs: [{ name: GATEWAY.name, sectionName }], hostnames: [plan.domain], rules },
      },
      options,
    );
  const through = frontDoor === undefined ? [] : [{ type: "Exact", name: FRONT_DOOR_HEADER, value: frontDoor }];
  const chunks = Array.from({ length: Math.ceil(plan.routes.length / MOST_RULES) }, (_, index) =>
    plan.routes.slice(index * MOST_RULES, (index + 1) * MOST_RULES),
  );
  return [
    ...plan.namespaces.map((of) => grant(site, of, plan.routes, options)),
    // Its checkers say nothing of themselves that could be held against them.
    route(GATEWAY.readiness, "https", [readinessRule(plan.readinessPath)]),
    ...chunks.map((of, index) =>
      route(
        index === 0 ? "services" : `services-${index + 1}`,
        "https",
        of.map((one) => serviceRule(one, through)),
      ),
    ),
    route("to-https", "http", [
      { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] },
    ]),
  ];
}

function readinessRule(value: string) {
  return {
    matches: [{ path: { type: "Exact", value } }],
    backendRefs: [{ name: GATEWAY.readiness, port: READINESS_PORTS.site }],
  };
}

function serviceRule({ path, namespace: of, service, port }: GatewayRoute, headers: readonly object[]) {
  return {
    matches: [{ path: { type: "PathPrefix", value: path }, ...(headers.length > 0 && { headers }) }],
    backendRefs: [{ namespace: of, name: service, port }],
  };
}

function grant(
  site: string,
  of: string,
  all: readonly GatewayRoute[],
  options: pulumi.CustomResourceOptions,
): CustomResource {
  const services = [...new Set(all.filter((one) => one.namespace === of).map(({ service }) => service))].sort();
  return new CustomResource(
    `${site}-gateway-to-${of}`,
    {
      apiVersion: `${GROUP}/v1beta1`,
      kind: "ReferenceGrant",
      metadata: { namespace: of, name: namespace },
      spec: {
        from: [{ group: GROUP, kind: "HTTPRoute", namespace }],
        to: services.map((name) => ({ group: "", kind: "Service", name })),
      },
    },
    options,
  );
}
