import type { Making, Model } from "../model";
import { between, matches, oneOf } from "../rules";
import { at, select, text } from "../wire";
import { EIP } from "./arns";

const ACCELERATOR = "aws:globalaccelerator/accelerator:Accelerator";
const LISTENER = "aws:globalaccelerator/listener:Listener";
const GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup";

/** Global Accelerator: standard accelerators. Sources: its API reference, and `ForceNew` in terraform-provider-aws 6. */
export const acceleratorModels: { readonly [type: string]: Model } = {
  [ACCELERATOR]: {
    scope: "account",
    id: (it) => `arn:${it.account.facts.partition}:globalaccelerator::${it.account.owner}:accelerator/${it.hex(8)}`,
    name: {
      property: "name",
      rule: matches(
        /^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/,
        "1 to 64 letters, digits, periods and hyphens, the first and last no hyphen",
      ),
      maxLength: 64,
    },
    unique: [],
    values: { ipAddressType: oneOf("IPV4", "DUAL_STACK") },
    outputs: (it) => {
      const addresses = [0, 1].map((i) => {
        const digits = it.hex(4, `ip${i}`);
        return `${i === 0 ? "75.2" : "99.83"}.${Number.parseInt(digits.slice(0, 2), 16)}.${Number.parseInt(digits.slice(2), 16)}`;
      });
      return {
        arn: it.id,
        dnsName: `a${it.hex(16, "dns")}.awsglobalaccelerator.com`,
        dualStackDnsName: "",
        hostedZoneId: "Z2BJ6XQ5FK7U4H",
        ipSets: [{ ipAddresses: addresses, ipFamily: "IPv4" }],
        enabled: true,
        ipAddressType: "IPV4",
      };
    },
  },
  [LISTENER]: {
    scope: "account",
    id: (it) => `${text(it.inputs, "acceleratorArn")}/listener/${it.hex(8)}`,
    unique: [],
    immutable: ["acceleratorArn"],
    values: {
      protocol: oneOf("TCP", "UDP"),
      clientAffinity: oneOf("NONE", "SOURCE_IP"),
      "portRanges[*].fromPort": between(1, 65_535),
      "portRanges[*].toPort": between(1, 65_535),
    },
    refers: { acceleratorArn: { to: [ACCELERATOR], holds: true } },
    world: [freePorts],
    outputs: (it) => ({ arn: it.id, clientAffinity: "NONE" }),
  },
  [GROUP]: {
    scope: "account",
    id: (it) => `${text(it.inputs, "listenerArn")}/endpoint-group/${it.hex(12)}`,
    unique: [],
    immutable: ["listenerArn", "endpointGroupRegion"],
    values: {
      trafficDialPercentage: between(0, 100, "percent"),
      healthCheckIntervalSeconds: oneOf(10, 30),
      thresholdCount: between(1, 10, "checks"),
      healthCheckPort: between(1, 65_535),
      healthCheckProtocol: oneOf("TCP", "HTTP", "HTTPS"),
      healthCheckPath: matches(/^\/[\w\-./?=&%]{0,254}$/, "a path of at most 255 characters"),
      "endpointConfigurations[*].weight": between(0, 255),
    },
    rules: [
      ({ inputs }) =>
        select(inputs, "endpointConfigurations[*]").length > 10
          ? { property: "endpointConfigurations", reason: "must be at most 10 endpoints" }
          : undefined,
    ],
    refers: { listenerArn: { to: [LISTENER], holds: true } },
    world: [oneOfItsRegion, endpointsOfItsRegion],
    outputs: (it) => ({ arn: it.id, endpointGroupRegion: it.region, trafficDialPercentage: 100 }),
  },
};

/** Two listeners of an accelerator share no port. */
function freePorts(it: Making): string | undefined {
  const mine = portsOf(it.inputs);
  for (const other of it.world.all(LISTENER, it.scope)) {
    if (other.id === it.id || text(other.inputs, "acceleratorArn") !== text(it.inputs, "acceleratorArn")) continue;
    const both = portsOf(other.inputs).find((theirs) =>
      mine.some(([from, to]) => from <= theirs[1] && theirs[0] <= to),
    );
    if (both !== undefined && text(other.inputs, "protocol") === text(it.inputs, "protocol"))
      return `portRanges: InvalidPortRangeException: ports ${both.join(" to ")} are those of ${other.id} already`;
  }
  return undefined;
}

function portsOf(inputs: Making["inputs"]): [from: number, to: number][] {
  return select(inputs, "portRanges[*]").map(({ value }) => [
    Number(at(value, "fromPort")),
    Number(at(value, "toPort")),
  ]);
}

function oneOfItsRegion(it: Making): string | undefined {
  const region = text(it.inputs, "endpointGroupRegion") ?? it.region;
  for (const other of it.world.all(GROUP, it.scope)) {
    if (other.id === it.id || text(other.inputs, "listenerArn") !== text(it.inputs, "listenerArn")) continue;
    if (text(other.outputs, "endpointGroupRegion") === region)
      return `endpointGroupRegion: EndpointGroupAlreadyExistsException: the listener has a group for ${region} already`;
  }
  return undefined;
}

/** An Elastic IP is an endpoint of its own region only, and of its own account. */
function endpointsOfItsRegion(it: Making): string | undefined {
  const region = text(it.inputs, "endpointGroupRegion") ?? it.region;
  for (const { path, value } of select(it.inputs, "endpointConfigurations[*].endpointId")) {
    const eip = it.world.elsewhere(EIP, String(value));
    if (eip === undefined) continue;
    const its = text(eip.outputs, "networkBorderGroup");
    if (its !== region) return `${path}: EndpointNotFoundException: ${value} is in ${its}, the group is for ${region}`;
  }
  return undefined;
}
