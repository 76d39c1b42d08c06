import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Cidr, contains, overlap, parseAddress, parseCidr } from "../../../lib/plan/cidr";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { SiteSpec } from "../../../lib/plan/spec";
import { type NetworkPlan, prefixListSize, type UnderlayPlan, type UnderlaySpec } from "../../../lib/plan/underlay";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

const REGIONS = {
  eks: ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"],
  gke: ["europe-west1", "europe-west4", "us-central1", "us-east1"],
  aks: ["westeurope", "northeurope", "eastus", "westus2"],
} as const;
const MAKE = { eks: eksSite, gke: gkeSite, aks: aksSite } as const;
type Kind = keyof typeof MAKE;
const KINDS: readonly Kind[] = ["eks", "gke", "aks"];

/** Site n, its kind and region by its number. */
function site(number: number): SiteSpec {
  const kind = KINDS[number % 3] ?? "eks";
  const region = REGIONS[kind][Math.floor(number / 3) % 4] ?? "";
  return MAKE[kind](`s${number}`, number, { region });
}

function plan(sites: SiteSpec[], underlay: UnderlaySpec = {}, retired: number[] = []): UnderlayPlan {
  const made = fleetPlan(fleetSpec(sites, { underlay, retired })).underlay;
  assert.ok(made !== undefined);
  return made;
}

const numbered = (most: number, count: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: most }), { minLength: 2, maxLength: count });

function network(of: UnderlayPlan, name: string): NetworkPlan {
  const found = of.networks.find(({ site: one }) => one === name);
  assert.ok(found !== undefined, name);
  return found;
}

const three = () => [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];

describe("the underlay of three clouds", () => {
  const made = plan(three());

  it("links every pair by a VPN with what both clouds pass, and says what a tunnel's loss leaves", () => {
    const rows = made.links.map((link) => [
      link.name,
      link.kind,
      link.mtuBytes,
      link.tunnels.length,
      link.bandwidthMbps,
      link.bandwidthMbpsWithOneTunnelLost,
      link.stack,
    ]);
    assert.deepEqual(rows, [
      ["belgium--amsterdam", "vpn", 1400, 2, 1250, 1000, "links-gcp-azure"],
      ["frankfurt--amsterdam", "vpn", 1399, 4, 1250, 1250, "links-aws-azure"],
      ["frankfurt--belgium", "vpn", 1399, 4, 4000, 3000, "links-aws-gcp"],
    ]);
    assert.equal(made.mtuBytes, 1399);
    assert.deepEqual(made.missing, []);
  });

  it("opens the mesh's ports to the peers' nodes, and no port or range more", () => {
    const sources = ["10.2.0.0/19", "10.3.0.0/19"];
    assert.deepEqual(network(made, "frankfurt").openings, [
      { use: "mesh-api", protocol: "tcp", port: 2379, sources },
      { use: "health", protocol: "tcp", port: 4240, sources },
      { use: "health-echo", protocol: "icmp", port: 8, sources },
      { use: "vxlan", protocol: "udp", port: 8472, sources },
      { use: "wireguard", protocol: "udp", port: 51871, sources },
      { use: "mesh-api-node", protocol: "tcp", port: 32379, sources },
    ]);
    assert.ok(network(made, "belgium").openings.every(({ port }) => port !== 32379));
  });

  it("routes nodes and load balancers of each peer, and gives Azure a subnet for its gateway", () => {
    assert.deepEqual(
      network(made, "amsterdam").routes.map(({ destination, via }) => [destination, via]),
      [
        ["10.2.0.0/19", "belgium--amsterdam"],
        ["10.2.32.0/20", "belgium--amsterdam"],
        ["10.1.0.0/19", "frankfurt--amsterdam"],
        ["10.1.32.0/20", "frankfurt--amsterdam"],
      ],
    );
    assert.equal(network(made, "amsterdam").gatewayCidr, "10.3.48.0/27");
    assert.deepEqual(
      made.gateways.map(({ name, asn }) => [name, asn]),
      [
        ["frankfurt", 64513],
        ["belgium", 64514],
        ["amsterdam", 64515],
      ],
    );
  });

  it("puts each pair of clouds into a stack that reads the sites of both", () => {
    assert.deepEqual(
      made.stacks.map(({ name, sites }) => [name, sites]),
      [
        ["links-aws-azure", ["frankfurt", "amsterdam"]],
        ["links-aws-gcp", ["frankfurt", "belgium"]],
        ["links-gcp-azure", ["belgium", "amsterdam"]],
      ],
    );
  });

  it("leaves out what is lost: neither link, route nor opening is left of it", () => {
    const two = fleetPlan(
      fleetSpec([...three(), eksSite("dublin", 4, { region: "eu-west-1", state: "lost" })], {
        underlay: {},
        degradedUntil: "2027-01-01",
      }),
    ).underlay;
    assert.deepEqual(two, made);
  });

  it("plans nothing unless it is asked", () => {
    assert.equal(fleetPlan(fleetSpec(three())).underlay, undefined);
  });
});

describe("links within a cloud", () => {
  it("are peerings, as wide as the cloud's backbone", () => {
    const made = plan([eksSite("a", 1), eksSite("b", 2, { region: "eu-west-1" })]);
    assert.deepEqual(
      made.links.map(({ kind, mtuBytes, stack }) => [kind, mtuBytes, stack]),
      [["peering", 8500, "links-aws"]],
    );
    assert.equal(made.mtuBytes, 8500);
    assert.deepEqual(made.gateways, []);
  });

  it("do not cross between tenants of Azure, nor are made where somebody has them", () => {
    const cork = aksSite("cork", 4, { region: "northeurope", tenant: "99999999-6666-7777-8888-999999999999" });
    const sites = [aksSite("amsterdam", 3), cork];
    assert.match(plan(sites).missing[0]?.message ?? "", /Nothing links amsterdam and cork: they are in two tenants/);
    const [link] = plan(sites, { links: [{ between: ["amsterdam", "cork"], kind: "peering", mtuBytes: 1500 }] }).links;
    assert.deepEqual([link?.kind, link?.isGiven, link?.stack], ["peering", true, undefined]);
  });

  it("do not cross into the partition of a government or of China", () => {
    const made = plan([eksSite("a", 1), eksSite("b", 2, { region: "us-gov-west-1" })]);
    assert.deepEqual(made.links, []);
    assert.match(made.missing[0]?.message ?? "", /VPC peering does not cross between eu-central-1 and us-gov-west-1/);
  });
});

describe("networks that the team has", () => {
  const there = existingSite("rack", 9, { endpoints: { mesh: ["192.168.16.9"] } });

  it("are missing a link until one is declared, for each pair", () => {
    const made = plan([...three(), there]);
    assert.deepEqual(
      made.missing.map(({ sites }) => sites),
      [
        ["frankfurt", "rack"],
        ["belgium", "rack"],
        ["amsterdam", "rack"],
      ],
    );
    assert.match(made.missing[0]?.message ?? "", /the library did not make the network of rack/);
    assert.deepEqual(network(made, "rack").peers, []);
  });

  it("are opened to once the link is declared, and narrow the fleet", () => {
    const links = ["frankfurt", "belgium", "amsterdam"].map((name) => ({
      between: [name, "rack"],
      kind: "interconnect" as const,
      mtuBytes: 1300,
      bandwidthMbps: 10_000,
    }));
    const made = plan([...three(), there], { links });
    assert.deepEqual(made.missing, []);
    assert.equal(made.mtuBytes, 1300);
    assert.deepEqual(network(made, "frankfurt").openings[0]?.sources, [
      "10.2.0.0/19",
      "10.3.0.0/19",
      "192.168.16.0/24",
    ]);
    assert.ok(
      made.links.filter(({ isGiven }) => isGiven).every(({ tunnels, stack }) => tunnels.length === 0 && !stack),
    );
  });
});

describe("one global network of Google's", () => {
  const ranges = { subnetwork: "nodes", podRangeName: "pods", serviceRangeName: "services" };
  const within = (name: string, number: number, region: string, network: string) =>
    gkeSite(name, number, { region, network: { network, ...ranges } });

  it("links the sites that are given it, however they name it, and no other", () => {
    const sites = [
      within("belgium", 1, "europe-west1", "shared"),
      within("eemshaven", 2, "europe-west4", "projects/shop-production/global/networks/shared"),
      within("iowa", 3, "us-central1", "projects/other/global/networks/shared"),
    ];
    const made = plan(sites);
    assert.deepEqual(
      made.links.map(({ name, kind, isGiven, mtuBytes, stack }) => [name, kind, isGiven, mtuBytes, stack]),
      [["belgium--eemshaven", "network", true, 1460, undefined]],
    );
    assert.deepEqual(
      made.missing.map((one) => one.sites),
      [
        ["belgium", "iowa"],
        ["eemshaven", "iowa"],
      ],
    );
    assert.deepEqual([made.gateways, made.stacks], [[], []]);
  });

  it("passes what somebody says that it does", () => {
    const sites = [within("belgium", 1, "europe-west1", "shared"), within("eemshaven", 2, "europe-west4", "shared")];
    const links = [{ between: ["belgium", "eemshaven"], kind: "interconnect" as const, mtuBytes: 1300 }];
    assert.equal(plan(sites, { links }).mtuBytes, 1300);
  });
});

describe("laws of every underlay", () => {
  it("reach from each site to each other, both ways, when nothing is missing", () => {
    fc.assert(
      fc.property(numbered(255, 14), (numbers) => {
        const sites = numbers.map(site);
        const made = plan(sites, { topology: "mesh", links: apart(sites) });
        for (const one of made.networks) {
          assert.equal(one.peers.length, sites.length - 1);
          for (const peer of one.peers) assert.ok(network(made, peer).peers.includes(one.site));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("give every gateway its own inside addresses and every site its own ASN", () => {
    fc.assert(
      fc.property(numbered(255, 12), (numbers) => {
        const sites = numbers.map(site);
        const made = plan(sites, { topology: "mesh", links: apart(sites) });
        assert.equal(new Set(made.gateways.map(({ asn }) => asn)).size, made.gateways.length);
        for (const gateway of made.gateways) disjoint(insideRanges(made, gateway.name));
      }),
      { numRuns: 50 },
    );
  });

  it("keep inside addresses within what each cloud takes", () => {
    fc.assert(
      fc.property(numbered(255, 8), (numbers) => {
        const sites = numbers.map(site);
        const made = plan(sites, { topology: "mesh", links: apart(sites) });
        const azure = new Set(made.gateways.filter(({ provider }) => provider === "azure").map(({ name }) => name));
        for (const link of made.links) {
          for (const { insideAddresses } of link.tunnels) {
            const inside = insideAddresses.map((text) => parseAddress(text) ?? 0);
            assert.ok(inside.every((address) => address >= (parseAddress("169.254.6.0") ?? 0)));
            if (!link.ends.some((end) => azure.has(end))) continue;
            const [low, high] = ["169.254.21.0", "169.254.22.255"].map((text) => parseAddress(text) ?? 0);
            assert.ok(inside.every((address) => address >= (low ?? 0) && address <= (high ?? 0)));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("change nothing of others but lists when a site joins", () => {
    fc.assert(
      fc.property(numbered(60, 6), fc.integer({ min: 61, max: 90 }), (numbers, joining) => {
        for (const topology of ["mesh", "hubs"] as const) {
          const hubs = {
            aws: REGIONS.eks.slice(0, 2).map((region) => ({ region })),
            gcp: REGIONS.gke.slice(0, 2).map((region) => ({ region })),
            azure: REGIONS.aks.slice(0, 2).map((region) => ({ region })),
          };
          const sites = [...numbers, joining].map(site);
          const spec = { topology, ...(topology === "hubs" ? { hubs } : { links: apart(sites) }) };
          const links =
            topology === "mesh"
              ? { links: apart(sites).filter(({ between }) => !between.includes(`s${joining}`)) }
              : {};
          const before = plan(numbers.map(site), { ...spec, ...links });
          const after = plan(sites, spec);
          for (const link of before.links) {
            assert.deepEqual(
              after.links.find(({ name }) => name === link.name),
              link,
            );
          }
          for (const old of before.networks) {
            const { peers, routes, openings, ...rest } = network(after, old.site);
            const { peers: oldPeers, routes: oldRoutes, openings: oldOpenings, ...oldRest } = old;
            assert.deepEqual(rest, oldRest);
            assert.deepEqual(
              peers.filter((peer) => peer !== `s${joining}`),
              oldPeers,
            );
            assert.deepEqual(
              routes.filter(({ peer }) => peer !== `s${joining}`),
              oldRoutes,
            );
            assert.equal(openings.length >= oldOpenings.length, true);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("open exactly the peers' nodes, whatever the fleet", () => {
    fc.assert(
      fc.property(numbered(255, 20), (numbers) => {
        const made = plan(numbers.map(site), { topology: "hubs", hubs: ALL_HUBS });
        for (const one of made.networks) {
          const nodes = one.peers.flatMap((peer) => network(made, peer).nodeCidrs);
          for (const { sources } of one.openings) assert.deepEqual([...sources].sort(), [...nodes].sort());
        }
      }),
      { numRuns: 30 },
    );
  });
});

const ALL_HUBS = {
  aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }],
  gcp: [{ region: "europe-west1" }, { region: "europe-west4" }],
  azure: [{ region: "westeurope" }, { region: "northeurope" }],
};

describe("hubs", () => {
  it("grow by one attachment a site: links and gateways stay as many", () => {
    const sizes = [12, 24, 48, 96].map((count) => {
      const made = plan(Array.from({ length: count }, (_, index) => site(index + 1)));
      return { count, attachments: made.attachments.length, links: made.links.length, gateways: made.gateways.length };
    });
    assert.deepEqual(
      sizes,
      [12, 24, 48, 96].map((count) => ({ count, attachments: count, links: 12, gateways: 6 })),
    );
  });

  it("are two a cloud, in two regions, and each is linked with each of every other cloud", () => {
    const made = plan(Array.from({ length: 12 }, (_, index) => site(index + 1)));
    assert.equal(made.topology, "hubs");
    for (const provider of ["aws", "gcp", "azure"]) {
      const own = made.gateways.filter((one) => one.provider === provider);
      assert.equal(new Set(own.map(({ region }) => region)).size, 2, provider);
      for (const { name } of own) {
        assert.equal(made.links.filter(({ ends }) => ends.includes(name)).length, 4);
        disjoint(insideRanges(made, name));
      }
    }
  });

  it("take 255 sites, and say what AWS must be asked for", () => {
    const made = plan(Array.from({ length: 255 }, (_, index) => site(index + 1)));
    assert.equal(made.networks.length, 255);
    assert.equal(made.links.length, 12);
    assert.ok(made.notes.some((note) => note.includes("510 routes per route table")));
    assert.ok(made.notes.some((note) => note.includes("260 inbound rules per security group")));
  });

  it("open whole blocks of the peers where AWS has no room for each site's nodes, and nobody else's", () => {
    const numbers = Array.from({ length: 255 }, (_, index) => index + 1).filter((number) => number % 9 !== 0);
    const made = plan(numbers.map(site), { topology: "hubs", hubs: ALL_HUBS });
    const own = (of: readonly string[]) => of.map(parseCidr);
    for (const one of made.networks) {
      const peers = one.peers.flatMap((peer) => network(made, peer).nodeCidrs);
      const [{ sources } = { sources: [] }] = one.openings;
      if (one.provider !== "aws") {
        assert.equal(sources.length, peers.length);
        continue;
      }
      assert.ok(one.openings.length * prefixListSize(sources.length) <= 960, `${sources.length} ranges`);
      for (const nodes of own(peers)) assert.equal(own(sources).filter((range) => contains(range, nodes)).length, 1);
      // Neither itself nor a number that is nobody's.
      const others = [one.number, ...Array.from({ length: 28 }, (_, index) => 9 * (index + 1)), 0];
      for (const number of others)
        assert.ok(
          !own(sources).some((range) => overlap(range, parseCidr(`10.${number}.0.0/16`))),
          `${one.site} ${number}`,
        );
    }
  });

  it("are the default above eight sites, whether they live or are retired", () => {
    const eight = Array.from({ length: 8 }, (_, index) => site(index + 1));
    assert.equal(plan(eight).topology, "mesh");
    assert.ok(plan(eight).notes.some((note) => note.includes("name underlay.topology")));
    assert.equal(plan(eight, {}, [200]).topology, "hubs");
  });
});

/** Where two numbers meet in Azure's ranges, as the message of the refusal says: a range for each pair. */
function apart(sites: readonly SiteSpec[]): NonNullable<UnderlaySpec["links"]> {
  const links: NonNullable<UnderlaySpec["links"]> = [];
  const used = new Set<string>();
  sites.forEach((a, index) => {
    for (const b of sites.slice(index + 1)) {
      if (a.kind === b.kind || (a.kind !== "aks" && b.kind !== "aks")) continue;
      const free = Array.from({ length: 32 }, (_, slot) => slot).find(
        (slot) => !used.has(`${a.name} ${slot}`) && !used.has(`${b.name} ${slot}`),
      );
      assert.ok(free !== undefined);
      used.add(`${a.name} ${free}`).add(`${b.name} ${free}`);
      const third = 21 + Math.floor(free / 16);
      links.push({ between: [a.name, b.name], tunnelRange: `169.254.${third}.${(free % 16) * 16}/28` });
    }
  });
  return links;
}

function insideRanges(of: UnderlayPlan, end: string): Cidr[] {
  return of.links
    .filter(({ ends }) => ends.includes(end))
    .flatMap(({ tunnels }) => tunnels.map(({ insideCidr }) => parseCidr(insideCidr)));
}

function disjoint(ranges: readonly Cidr[]): void {
  ranges.forEach((one, index) => {
    for (const other of ranges.slice(index + 1)) assert.ok(!overlap(one, other));
  });
}
