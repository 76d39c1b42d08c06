import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { between, matches, oneOf, requires } from "../rules";
import { at, isUnknown, select, text } from "../wire";
import { HEALTH_CHECK } from "./dns";
import { idIn, project } from "./names";
import { computeName } from "./network";

const BACKENDS = "gcp:compute/backendService:BackendService";
const URL_MAP = "gcp:compute/uRLMap:URLMap";
const CERTIFICATE = "gcp:compute/managedSslCertificate:ManagedSslCertificate";
const PROXY = "gcp:compute/targetHttpsProxy:TargetHttpsProxy";
const ADDRESS = "gcp:compute/globalAddress:GlobalAddress";
const RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule";
const NAMED_PORT = "gcp:compute/instanceGroupNamedPort:InstanceGroupNamedPort";

const link = (kind: string) => (it: Making) => ({
  selfLink: `https://www.googleapis.com/compute/v1/projects/${project(it)}/global/${kind}/${text(it.inputs, "name")}`,
  creationTimestamp: "2026-01-01T00:00:00Z",
});

const SCHEMES = oneOf("EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL_SELF_MANAGED", "INTERNAL_MANAGED");

/** Global load balancing. Sources: the Compute Engine API, and terraform-provider-google 7. */
export const loadBalancingModels: { readonly [type: string]: Model } = {
  [BACKENDS]: {
    id: idIn(() => "global/backendServices"),
    name: computeName,
    unique: [],
    immutable: ["loadBalancingScheme"],
    values: {
      loadBalancingScheme: SCHEMES,
      protocol: oneOf("HTTP", "HTTPS", "HTTP2", "H2C", "TCP", "SSL", "GRPC", "UNSPECIFIED"),
      "backends[*].balancingMode": oneOf("UTILIZATION", "RATE", "CONNECTION", "CUSTOM_METRICS", "IN_FLIGHT"),
      "backends[*].maxUtilization": part,
      "backends[*].capacityScaler": part,
      connectionDrainingTimeoutSec: between(0, 3600, "seconds"),
    },
    rules: [oneGroupOnce, rates],
    refers: { healthChecks: { to: [HEALTH_CHECK], holds: true } },
    world: [groupsHavePort],
    handles: ["selfLink"],
    outputs: (it) => ({ ...link("backendServices")(it), generatedId: Number.parseInt(it.hex(8), 16) }),
  },
  [URL_MAP]: {
    id: idIn(() => "global/urlMaps"),
    name: computeName,
    unique: [],
    rules: [requires("defaultService", ({ inputs }) => !("defaultUrlRedirect" in inputs), "without a redirect")],
    refers: { defaultService: { to: [BACKENDS], holds: true } },
    handles: ["selfLink"],
    outputs: link("urlMaps"),
  },
  [CERTIFICATE]: {
    id: idIn(() => "global/sslCertificates"),
    name: computeName,
    unique: [],
    immutable: ["*"],
    values: {
      "managed.domains[*]": matches(
        /^(?!\*)(?=.{1,64}$)[\w-]+(\.[\w-]+)+\.?$/,
        "a DNS name of at most 64 characters, no wildcard",
      ),
    },
    handles: ["selfLink"],
    outputs: (it) => ({
      ...link("sslCertificates")(it),
      certificateId: Number.parseInt(it.hex(8), 16),
      type: "MANAGED",
    }),
  },
  [PROXY]: {
    id: idIn(() => "global/targetHttpsProxies"),
    name: computeName,
    unique: [],
    rules: [
      ({ inputs }) =>
        ["sslCertificates", "certificateMap", "certificateManagerCertificates"].some((one) => one in inputs)
          ? undefined
          : { property: "sslCertificates", reason: "or certificateMap must be given" },
    ],
    refers: { urlMap: { to: [URL_MAP], holds: true }, "sslCertificates[*]": { to: [CERTIFICATE], holds: true } },
    handles: ["selfLink"],
    outputs: (it) => ({ ...link("targetHttpsProxies")(it), proxyId: Number.parseInt(it.hex(8), 16) }),
  },
  [ADDRESS]: {
    id: idIn(() => "global/addresses"),
    name: computeName,
    unique: [],
    immutable: ["*"],
    mutable: ["labels"],
    values: { addressType: oneOf("EXTERNAL", "INTERNAL"), ipVersion: oneOf("IPV4", "IPV6") },
    handles: ["selfLink", "address"],
    outputs: (it) => ({
      ...link("addresses")(it),
      address: `34.${96 + (Number.parseInt(it.hex(1), 16) % 16)}.${Number.parseInt(it.hex(2, "c"), 16)}.${Number.parseInt(it.hex(2, "d"), 16)}`,
    }),
  },
  [RULE]: {
    id: idIn(() => "global/forwardingRules"),
    name: computeName,
    unique: [],
    immutable: ["ipAddress", "ipProtocol", "loadBalancingScheme", "portRange"],
    values: {
      loadBalancingScheme: SCHEMES,
      ipProtocol: oneOf("TCP", "UDP"),
      portRange: matches(/^\d+(-\d+)?$/, "a port or a range"),
    },
    refers: { target: { to: [PROXY], holds: true }, ipAddress: { to: [ADDRESS], holds: true } },
    world: [addressIsFree],
    handles: ["selfLink"],
    outputs: link("forwardingRules"),
  },
  [NAMED_PORT]: {
    id: (it) => `${text(it.inputs, "group") ?? ""}/${at(it.inputs, "port")}/${text(it.inputs, "name")}`,
    name: computeName,
    unique: [],
    immutable: ["*"],
    values: {
      port: between(1, 65_535),
      group: matches(/\/zones\/[a-z0-9-]+\/instanceGroups\//, "the URL of an instance group"),
    },
    handles: [],
  },
};

function part(value: unknown): string | undefined {
  return typeof value !== "number" || (value >= 0 && value <= 1) ? undefined : `must be from 0 to 1; got ${value}`;
}

function oneGroupOnce({ inputs }: Subject): CheckFailure | undefined {
  const seen = new Set<unknown>();
  for (const { path, value } of select(inputs, "backends[*].group")) {
    if (isUnknown(value)) continue;
    if (seen.has(value)) return { property: path, reason: `is ${value} a second time` };
    seen.add(value);
  }
  return undefined;
}

/** RATE asks for a rate; UTILIZATION takes none for granted. */
function rates({ inputs }: Subject): CheckFailure | undefined {
  for (const { path, value } of select(inputs, "backends[*]")) {
    const has = (field: string) => (value as Record<string, unknown>)[field] !== undefined;
    if (text(value, "balancingMode") !== "RATE") continue;
    if (!["maxRate", "maxRatePerInstance", "maxRatePerEndpoint"].some(has))
      return {
        property: `${path}.maxRate`,
        reason: "or maxRatePerInstance or maxRatePerEndpoint must be given with RATE",
      };
  }
  return undefined;
}

/** Users would find no port in a group that does not name it. */
function groupsHavePort(it: Making): string | undefined {
  const name = text(it.inputs, "portName") ?? "http";
  const named = new Set<string>();
  for (const one of it.world.all(NAMED_PORT, it.scope))
    if (text(one.inputs, "name") === name) named.add(text(one.inputs, "group") ?? "");
  const without = select(it.inputs, "backends[*].group").find(
    ({ value }) => typeof value === "string" && value.includes("/instanceGroups/") && !named.has(value),
  );
  return without && `${without.path}: ${without.value} has no named port "${name}"`;
}

function addressIsFree(it: Making): string | undefined {
  for (const other of it.world.all(RULE, it.scope)) {
    const isSame = ["ipAddress", "portRange", "ipProtocol"].every(
      (field) => text(other.inputs, field) === text(it.inputs, field),
    );
    if (other.id !== it.id && isSame) return `ipAddress: Specified IP address is in use by ${other.id} for these ports`;
  }
  return undefined;
}
