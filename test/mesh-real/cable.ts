import { formatAddress, formatCidr, parseCidr } from "../../lib/plan/cidr";
import type { SitePlan } from "../../lib/plan/plan";
import type { Lab } from "./lab";
import { run } from "./run";

/** The cable from a site's node to the router, whose end has the first address of the node's subnet. */
export interface Cable {
  /** Takes it out: packets vanish, and nobody says so. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Address of a site's one node. */
export function nodeAddress({ addresses }: SitePlan): string {
  return formatAddress(parseCidr(addresses.nodeSubnets[0]!).start + 10);
}

/**
 * Connects a node. The router knows the addresses of the site's load balancers at its node, and none of its pods.
 * @param pid a process in the node's network namespace
 */
export async function connect(lab: Lab, site: SitePlan, pid: number): Promise<Cable> {
  const [subnet] = site.addresses.nodeSubnets.map(parseCidr);
  const gateway = formatAddress(subnet!.start + 1);
  const link = `n${site.number}`;
  const front = formatCidr(parseCidr(site.addresses.loadBalancerCidr));
  const ranges = [formatCidr(subnet!), front];
  const router = (script: string) => run(["nsenter", "-t", String(lab.router), "-n", "sh", "-ec", script]);
  const mend = [
    ...ranges.map((range) => `ip route delete blackhole ${range} 2> /dev/null || true`),
    `ip link set ${link} up`,
    `ip route replace ${front} via ${nodeAddress(site)} dev ${link}`,
  ];
  await router(
    [
      `ip link delete ${link} 2> /dev/null || true`,
      `ip link add ${link} type veth peer name eth0 netns ${pid}`,
      `ip address add ${gateway}/${subnet!.prefix} dev ${link}`,
      `ip link set ${link} up`,
    ].join("\n"),
  );
  const own = [
    "ip link set lo up",
    `ip address add ${nodeAddress(site)}/${subnet!.prefix} dev eth0`,
    ...site.addresses.mesh.map((address) => `ip address add ${address}/32 dev eth0`),
    "ip link set eth0 up",
    `ip route add default via ${gateway}`,
  ];
  await run(["nsenter", "-t", String(pid), "-n", "sh", "-ec", own.join("\n")]);
  await router(mend.join("\n"));
  return {
    // With the link alone down the router would answer that there is no way: a dead site answers nothing.
    cut: async () => {
      const silent = ranges.map((range) => `ip route replace blackhole ${range}`);
      await router([`ip link set ${link} down 2> /dev/null || true`, ...silent].join("\n"));
    },
    mend: async () => {
      await router(mend.join("\n"));
    },
  };
}
