import type { FrontService } from "../../lib/plan/routing/spec";
import type { ResourceView } from "../engine";
import { byWeight, type Client, type Health } from "./asking";
import { nearestTo, placeOf } from "./distance";
import { list, number, text } from "./fields";

/** An anycast front, with the sites that a program gave it. */
export interface Front {
  readonly service: FrontService;
  /** Whether it is what an answer of DNS means: one of its addresses, or its name. */
  isEntry(answer: string): boolean;
  /** The address of the site that it sends a user to; undefined where it has none at all. */
  forward(client: Client, health: Health): string | undefined;
}

const ACCELERATOR = "aws:globalaccelerator/accelerator:Accelerator";
const GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup";
const BACKENDS = "gcp:compute/backendService:BackendService";
const DOOR = "azure-native:cdn:AFDEndpoint";
const ORIGIN = "azure-native:cdn:AFDOrigin";

/** The front of a program, where it has one. */
export function frontOf(resources: readonly ResourceView[]): Front | undefined {
  const find = (type: string) => resources.find((one) => one.type === type);
  const [accelerator, backends, door] = [find(ACCELERATOR), find(BACKENDS), find(DOOR)];
  if (accelerator !== undefined) return acceleratorFront(accelerator, resources);
  if (backends !== undefined) return loadBalancerFront(backends, resources);
  return door && doorFront(door, resources);
}

/** Groups that are tried before it sends users to a dead endpoint all the same. */
const TRIED_GROUPS = 3;

/**
 * Source: Global Accelerator Developer Guide, "How Global Accelerator works" and "Endpoint weights": the nearest group with
 * a healthy endpoint of a weight above 0, by weight within it; the dial holds back a part of a group's users, but not in
 * fail-over; when the three nearest groups have none, an endpoint of the nearest is taken.
 */
function acceleratorFront({ outputs }: ResourceView, resources: readonly ResourceView[]): Front {
  const addressOf = new Map(resources.map((one) => [text(one.outputs, "allocationId"), text(one.outputs, "publicIp")]));
  const groups = resources
    .filter(({ type }) => type === GROUP)
    .map(({ inputs }) => ({
      place: placeOf("aws", text(inputs, "endpointGroupRegion")),
      dial: number(inputs, "trafficDialPercentage") ?? 100,
      endpoints: list(inputs, "endpointConfigurations").map((one) => ({
        address: addressOf.get(text(one, "endpointId")) ?? "",
        weight: number(one, "weight") ?? 128,
      })),
    }));
  const addresses = list(outputs, "ipSets").flatMap((set) => list(set, "ipAddresses"));
  return {
    service: "globalAccelerator",
    isEntry: (answer) => addresses.includes(answer),
    forward: (client, health) => {
      const near: typeof groups = [];
      const left = [...groups];
      while (near.length < TRIED_GROUPS && left.length > 0) {
        const next = nearestTo(left, ({ place }) => place, client);
        if (next === undefined) break;
        left.splice(left.indexOf(next), 1);
        near.push(next);
      }
      const living = (of: (typeof groups)[number]) =>
        of.endpoints.filter(({ address, weight }) => weight > 0 && health(address));
      const open = near.filter(({ dial }) => client.chance() * 100 < dial);
      const group = open.find((one) => living(one).length > 0) ?? near.find((one) => living(one).length > 0);
      const among = group === undefined ? (near[0]?.endpoints ?? []) : living(group);
      return byWeight(among, ({ weight }) => weight, client)?.address;
    },
  };
}

/** Where an origin is, for want of a measurement: where its address was reserved. */
function doorFront({ outputs }: ResourceView, resources: readonly ResourceView[]): Front {
  const regionOf = new Map(
    resources.map((one) => [text(one.outputs, "ipAddress"), text(one.inputs, "location")] as const),
  );
  const group = resources.find(({ type }) => type === "azure-native:cdn:AFDOriginGroup");
  const isAlike = (number(group?.inputs, "loadBalancingSettings.additionalLatencyInMilliseconds") ?? 0) >= 1000;
  const origins = resources
    .filter(({ type, inputs }) => type === ORIGIN && text(inputs, "enabledState") !== "Disabled")
    .map(({ inputs }) => ({
      address: text(inputs, "hostName") ?? "",
      weight: number(inputs, "weight") ?? 1000,
      region: regionOf.get(text(inputs, "hostName")),
    }));
  const name = text(outputs, "hostName");
  return {
    service: "frontDoor",
    isEntry: (answer) => answer === name,
    // Source: "Traffic routing methods to origin": with no healthy origin left, all of them are tried in turn.
    forward: (client, health) => {
      const healthy = origins.filter(({ address }) => health(address));
      if (healthy.length === 0) return byWeight(origins, () => 1, client)?.address;
      const fastest = isAlike ? undefined : nearestTo(healthy, ({ region }) => placeOf("azure", region), client);
      const among = fastest === undefined ? healthy : healthy.filter(({ region }) => region === fastest.region);
      return byWeight(among, ({ weight }) => weight, client)?.address;
    },
  };
}

/**
 * Source: "Request distribution" of Google's load balancer: the nearest region with a healthy backend, as long as it has
 * room. How busy nodes are nobody knows here, so all have room. The health of a site's nodes is that of its address.
 */
function loadBalancerFront({ inputs }: ResourceView, resources: readonly ResourceView[]): Front {
  const regionOf = (group: unknown) => /\/zones\/([a-z0-9-]+)-[a-z]\//.exec(String(group))?.[1];
  const regions = new Set(list(inputs, "backends").map((one) => regionOf(text(one, "group"))));
  const sites = resources
    .filter(({ type, name }) => type === "gcp:compute/address:Address" && name.endsWith("-public"))
    .map((one) => ({ address: text(one.outputs, "address") ?? "", region: text(one.inputs, "region") }))
    .filter(({ region }) => regions.has(region));
  const entry = resources.find(({ type }) => type === "gcp:compute/globalAddress:GlobalAddress");
  return {
    service: "globalLoadBalancer",
    isEntry: (answer) => answer === text(entry?.outputs, "address"),
    forward: (client, health) => {
      const healthy = sites.filter(({ address }) => health(address));
      const among = healthy.length > 0 ? healthy : sites;
      return nearestTo(among, ({ region }) => placeOf("gcp", region), client)?.address;
    },
  };
}
