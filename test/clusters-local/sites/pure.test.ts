import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { contains, overlaps, parseAddress, parseCidr } from "../../../lib/plan/cidr";
import { parseQuantity } from "../../../lib/plan/demand/quantity";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { SitePlan } from "../../../lib/plan/plan";
import type { DaemonSetSpec, SiteSpec } from "../../../lib/plan/spec";
import { commandOf, SITE_PROGRAMS, type SiteProgram } from "../../../rehearsal/clusters/sites/controlPlane";
import { unreachable } from "../../../rehearsal/clusters/sites/egress";
import type { V1Node } from "../../../rehearsal/clusters/sites/kubernetes";
import { nodesOf } from "../../../rehearsal/clusters/sites/nodes";
import { overheadPods } from "../../../rehearsal/clusters/sites/overheadPods";
import { makePki } from "../../../rehearsal/clusters/sites/pki";
import { checkRoom, checkSockets, endedError, startError } from "../../../rehearsal/clusters/sites/problems";
import type { Toolchain } from "../../../rehearsal/clusters/toolchain";
import { UserError } from "../../../rehearsal/userError";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

function planned(site: SiteSpec, daemonSets: DaemonSetSpec[] = []): SitePlan {
  const other = aksSite("other", 99);
  const spec = fleetSpec([site, other], { demand: { cpu: 1, daemonSets } });
  return fleetPlan(spec).sites.find(({ name }) => name === site.name)!;
}

const POOLS = [
  { name: "apps", machineType: "m6i.xlarge", nodes: 7, labels: { tier: "web" } },
  { name: "spot", machineType: "m6i.xlarge", nodes: 4, spot: true },
  { name: "gpu", machineType: "g5.xlarge", nodes: 2, taints: [{ key: "gpu", effect: "NoSchedule" as const }] },
];

const SITES: readonly SiteSpec[] = [
  eksSite("frankfurt", 1, { pools: POOLS }),
  gkeSite("belgium", 2),
  aksSite("amsterdam", 3),
  existingSite("own", 4),
];

const sum = (nodes: readonly V1Node[], resource: string) =>
  nodes.reduce((total, { status }) => total + parseQuantity(status?.allocatable?.[resource] ?? "0"), 0n);

for (const spec of SITES) {
  const site = planned(spec);
  const nodes = nodesOf(site);

  test(`${spec.kind}: one node for each guaranteed one, which offers what the plan says, and no more`, () => {
    if (site.kind === "existing") {
      assert.equal(nodes.length, 8);
      assert.equal(sum(nodes, "cpu"), parseQuantity("32"));
      assert.equal(sum(nodes, "memory"), parseQuantity("128Gi"));
      return;
    }
    for (const pool of site.pools) {
      const of = nodes.filter(({ metadata }) => metadata?.name?.startsWith(`${site.name}-${pool.name}-`));
      assert.equal(of.length, pool.guaranteedNodes, pool.name);
      for (const { status, spec: its } of of) {
        assert.equal(status?.allocatable?.cpu, `${pool.allocatablePerNode.cpuMillis}m`);
        assert.equal(status?.allocatable?.pods, String(pool.allocatablePerNode.pods));
        assert.deepEqual(its?.taints ?? [], pool.taints);
      }
    }
  });

  test(`${spec.kind}: names, addresses and pod ranges are each node's own, and lie in the site's ranges`, () => {
    assert.equal(new Set(nodes.map(({ metadata }) => metadata?.name)).size, nodes.length);
    const internal = nodes.map(
      ({ status }) => status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "",
    );
    assert.equal(new Set(internal).size, nodes.length);
    for (const address of internal) {
      assert.ok(contains(parseCidr(site.addresses.nodeCidr), { start: parseAddress(address)!, prefix: 32 }), address);
    }
    const pods = nodes.map(({ spec: its }) => parseCidr(its?.podCIDR ?? ""));
    for (const range of pods) assert.ok(contains(parseCidr(site.addresses.podCidr), range));
    assert.deepEqual(overlaps(pods.map((cidr, owner) => ({ cidr, owner }))), []);
  });

  test(`${spec.kind}: nodes are spread over the site's zones, in the spelling of the cloud's nodes`, () => {
    const zones = nodes.map(({ metadata }) => metadata?.labels?.["topology.kubernetes.io/zone"]);
    const counts = [...new Set(zones)].map((zone) => zones.filter((other) => other === zone).length);
    if (site.kind === "existing") assert.deepEqual([...new Set(zones)], [site.region]);
    else assert.equal(counts.length, 3);
    const pools = Math.max(1, site.pools.filter(({ guaranteedNodes }) => guaranteedNodes > 0).length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= pools, counts.join());
    if (site.kind === "aks") assert.ok(zones.includes("westeurope-1"), zones.join());
  });
}

test("labels of nodes are those of the cloud, of the pool, and of every kubelet", () => {
  const [node] = nodesOf(planned(eksSite("frankfurt", 1, { pools: POOLS })));
  assert.deepEqual(node?.metadata?.labels, {
    "kubernetes.io/hostname": "frankfurt-apps-1",
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "topology.kubernetes.io/region": "eu-central-1",
    "topology.kubernetes.io/zone": "eu-central-1a",
    "node.kubernetes.io/instance-type": "m6i.xlarge",
    "multisite-pool": "apps",
    tier: "web",
  });
});

/** GKE with a pool of GPUs beside others, where Google taints its nodes. */
const MIXED = gkeSite("belgium", 1, {
  pools: [
    { name: "apps", machineType: "n2-standard-4", nodes: 3 },
    { name: "gpus", machineType: "a2-highgpu-1g", nodes: 3, taints: [{ key: "team", effect: "NoSchedule" }] },
  ],
});

test("nodes have the taints that their cloud sets itself beside those of the pool", () => {
  const taintsOf = (site: SiteSpec) => {
    const nodes = nodesOf(planned(site));
    return [...new Set(nodes.map(({ spec }) => JSON.stringify(spec?.taints ?? [])))];
  };
  const present = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" };
  assert.deepEqual(taintsOf(MIXED), ["[]", JSON.stringify([{ key: "team", effect: "NoSchedule" }, present])]);
  const gpus = (machineTypes: readonly string[]) =>
    machineTypes.map((machineType, index) => ({ name: `pool${index}`, machineType, nodes: 3 }));
  assert.deepEqual(
    taintsOf(eksSite("frankfurt", 1, { pools: gpus(["m6i.xlarge", "g5.xlarge"]) })),
    ["[]"],
    "EKS sets none",
  );
  assert.deepEqual(
    taintsOf(aksSite("amsterdam", 1, { pools: gpus(["Standard_D4s_v5", "Standard_NC4as_T4_v3"]) })),
    ["[]"],
    "nor does AKS",
  );
});

test("what stands for the overhead requests what the plan counted on a node, by resource", () => {
  const daemonSets: DaemonSetSpec[] = [
    { name: "monitoring/agent", cpu: 0.15, memoryGiB: 0.25, tolerations: [{ operator: "Exists" }] },
    { name: "gpu", cpu: 0.1, memoryGiB: 0.1, nodeSelector: { "nvidia.com/gpu": "true" } },
  ];
  for (const make of [eksSite, gkeSite, aksSite]) {
    const site = planned(make("one", 1) as SiteSpec, daemonSets);
    const objects = overheadPods(site, daemonSets);
    // The one that no node's labels match is there, and runs nowhere.
    const running = objects.filter(({ spec }) => spec?.template.spec?.nodeSelector === undefined);
    assert.equal(running.length, objects.length - 1);
    const requests = running.map(({ spec }) => spec?.template.spec?.containers[0]?.resources?.requests ?? {});
    const total = (name: string) => requests.reduce((all, one) => all + parseQuantity(one[name] ?? "0"), 0n);
    const { overheadPerNode } = site.pools[0]!;
    assert.equal(total("cpu"), parseQuantity(`${overheadPerNode.cpuMillis}m`), site.kind);
    assert.equal(total("memory"), parseQuantity(String(overheadPerNode.memoryMiB * 2 ** 20)), site.kind);
    assert.equal(running.length, overheadPerNode.pods, site.kind);
    assert.equal(new Set(objects.map(({ metadata }) => metadata?.name)).size, objects.length);
  }
});

test("of what the plan counts on nodes that their cloud taints, only those that tolerate it are left", () => {
  const daemonSets: DaemonSetSpec[] = [
    { name: "agent", cpu: 0.1, memoryGiB: 0.1 },
    { name: "driver", cpu: 0.1, memoryGiB: 0.1, tolerations: [{ operator: "Exists" }] },
  ];
  const { pools } = planned(MIXED, daemonSets);
  const tolerant = overheadPods(planned(MIXED), daemonSets).filter(({ spec }) => spec?.template.spec?.tolerations);
  assert.equal(pools[1]?.overheadPerNode.pods, tolerant.length);
  assert.ok(pools[0]!.overheadPerNode.pods > tolerant.length);
});

test("what is installed for real is not stood in for", () => {
  const names = (without: string[]) =>
    overheadPods(planned(eksSite("one", 1)), [], without).map(({ metadata }) => metadata?.name);
  assert.ok(names([]).includes("cilium"));
  assert.deepEqual(
    names(["cilium", "cilium-envoy"]),
    names([]).filter((name) => !/^cilium(-envoy)?$/.test(name ?? "")),
  );
});

test("nothing of one site's authority is another's, and certificates say what they are for", () => {
  const [one, other] = [makePki("one", "10.1.0.1", "1"), makePki("other", "10.2.0.1", "2")];
  const authority = new X509Certificate(one.authority.certificate);
  const server = new X509Certificate(one.server.certificate);
  assert.ok(authority.ca && !server.ca);
  assert.ok(server.verify(authority.publicKey));
  assert.ok(!server.verify(new X509Certificate(other.authority.certificate).publicKey));
  assert.match(
    server.subjectAltName ?? "",
    /DNS:localhost.*DNS:kubernetes\.default\.svc.*IP Address:127\.0\.0\.1.*10\.1\.0\.1/,
  );
  assert.match(new X509Certificate(one.administrator.certificate).subject, /O=system:masters/);
  assert.ok(!new X509Certificate(one.frontProxy.certificate).verify(authority.publicKey));
  assert.notEqual(one.token, other.token);
});

function command(program: SiteProgram, sites: number) {
  const tools = Object.fromEntries(SITE_PROGRAMS.map((name) => [name, { path: name }])) as unknown as Toolchain;
  const files = { folder: "/f", pki: makePki("one", "10.1.0.1", "1"), endpoint: "", port: 1, kubeconfig: "" };
  return commandOf(program, planned(eksSite("one", 1)), files, { tools, sites });
}

test("every program listens on sockets of the site's folder or on loopback, and sees nothing of the user's", () => {
  for (const program of SITE_PROGRAMS) {
    const { args, env, cwd } = command(program, 3);
    for (const arg of args) {
      const listens = /^--(listen-\S+|bind-address|secure-port|server-address)=(.*)$/.exec(arg);
      if (listens !== null)
        assert.match(listens[2] ?? "", /^(unix:\/\/[ep]\.sock$|127\.0\.0\.1$|0$|1$)/, `${program} ${arg}`);
    }
    assert.equal(cwd, "/f");
    assert.deepEqual(Object.keys(env).sort(), ["GOGC", "HOME", "PATH", "TMPDIR"]);
    assert.equal(env.HOME, "/f");
  }
});

test("few sites start fast, and many take little memory", () => {
  const growth = (sites: number) => SITE_PROGRAMS.map((program) => Number(command(program, sites).env.GOGC));
  const [few, many] = [growth(5), growth(6)];
  for (const [i, percent] of few.entries()) assert.ok(percent > many[i]!, SITE_PROGRAMS[i]);
});

test("an EKS control plane reaches nodes and not overlay pods; the others reach both", () => {
  for (const spec of SITES) {
    const site = planned(spec);
    const pod = site.addresses.podCidr.split("/")[0]!.replace(/\d+$/, "7");
    const node = site.addresses.nodeCidr.split("/")[0]!.replace(/\d+$/, "7");
    assert.equal(unreachable(site, node), undefined);
    assert.equal(unreachable(site, "localhost"), undefined);
    if (spec.kind === "eks") assert.match(unreachable(site, pod) ?? "", /EKS cannot reach overlay pods/);
    else assert.equal(unreachable(site, pod), undefined);
  }
});

const FACTS = { site: "frankfurt", folder: "/tmp/x/1", port: 6443 };

const LOGS: readonly (readonly [log: string, message: RegExp])[] = [
  ["listen tcp 127.0.0.1:6443: bind: address already in use", /^Site frankfurt: port 6443 of 127\.0\.0\.1 is in use/],
  ["write /tmp/x/1/etcd: no space left on device", /^Site frankfurt: the disk of \/tmp\/x\/1 is full\..*TMPDIR/],
  ["open x: permission denied", /^Site frankfurt: \/tmp\/x\/1 cannot be used: open x: permission denied/],
  [
    "one\nfatal error: runtime: cannot allocate memory\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:76 +0x86\n",
    /^Site frankfurt: kube-apiserver ended by itself\. .*:\nfatal error: runtime: cannot allocate memory$/,
  ],
  ["", /^Site frankfurt: kube-apiserver ended by itself\. It said nothing\.$/],
  ["one\ntwo\nthree\nfour\n", /^Site frankfurt: kube-apiserver ended by itself\. .*:\ntwo\nthree\nfour$/],
];

for (const [log, message] of LOGS) {
  test(`a program that said ${JSON.stringify(log)}`, () => {
    const error = endedError("kube-apiserver", log, FACTS);
    assert.ok(error instanceof UserError);
    assert.match(error.message, message);
  });
}

test("a program that was ended from outside is told from one that ended by itself", () => {
  const said = (signal: string | null) => endedError("etcd", "one", FACTS, signal).message.split("\n")[0];
  assert.match(said(null) ?? "", /^Site frankfurt: etcd ended by itself\./);
  assert.match(said("SIGTERM") ?? "", /^Site frankfurt: etcd was ended from outside by SIGTERM\./);
  assert.match(said("SIGKILL") ?? "", /by SIGKILL, as the system does when it has no memory left\./);
});

for (const code of ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOENT", "EMFILE"]) {
  test(`${code} while a site starts is the user's to mend, and names the site`, () => {
    const error = startError(Object.assign(new Error(`${code}: x`), { code, path: "/p" }), FACTS);
    assert.ok(error instanceof UserError && error.message.startsWith("Site frankfurt: "), String(error));
  });
}

test("other errors are not dressed up", () => {
  const error = new TypeError("x is not a function");
  assert.equal(startError(error, FACTS), error);
});

test("a disk without room for all sites is refused, by the first that has none", () => {
  const site = 160 * 2 ** 20;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 25 }), (count, fitting) => {
      const names = Array.from({ length: count }, (_, i) => `site-${i}`);
      const check = () => checkRoom(names, "/tmp", fitting * site + 1);
      if (fitting >= count) check();
      else assert.throws(check, new RegExp(`^UserError: Site site-${fitting}: the disk of /tmp is full`));
    }),
  );
});

test("a folder for temporary files whose path is too long for sockets is refused with what it may have", () => {
  const numbers = [1, 12];
  const bytesOf = (text: string) => Buffer.byteLength(text);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.constantFrom("x", "ü"), (length, letter) => {
      const folder = `/${letter.repeat(length)}`;
      const socket = bytesOf(`${folder}/multisite-sites-XXXXXX/12/egress.sock`);
      if (socket <= 103) return checkSockets(folder, numbers, 103);
      const most = 103 - (socket - bytesOf(folder));
      const problem = new RegExp(
        `^UserError: Sites listen on sockets .* may have ${most} bytes .*${folder} has ${bytesOf(folder)}\\. Set TMPDIR`,
      );
      assert.throws(() => checkSockets(folder, numbers, 103), problem);
    }),
  );
});
