import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { allPeerObjects, type MeshPlan, meshOf, type PeerObjects, peerObjects } from "../../../lib/plan/mesh";
import type { SiteState } from "../../../lib/plan/spec";
import type { CiliumMinor } from "../../../lib/plan/versions";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../../support/specs";

function meshWith(
  states: Partial<Record<"frankfurt" | "belgium" | "amsterdam", SiteState>> = {},
  ciliumVersion: CiliumMinor = "1.19",
): MeshPlan {
  const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
  const lived = sites.map((site) => ({ ...site, state: states[site.name as "belgium"] ?? "active" }));
  return fleetPlan(fleetSpec(lived, { mesh: { ciliumVersion }, degradedUntil: "2026-12-24" })).mesh!;
}

test("1.19 looks for peers by their addresses: names would need its pods' hosts files, and restarts", () => {
  assert.equal(
    peerObjects(meshWith(), "belgium").kvstoreMesh.frankfurt,
    `endpoints:
- https://10.1.33.248:2379
- https://10.1.35.248:2379
- https://10.1.37.248:2379
trusted-ca-file: /var/lib/cilium/clustermesh/common-etcd-client-ca.crt
key-file: /var/lib/cilium/clustermesh/common-etcd-client.key
cert-file: /var/lib/cilium/clustermesh/common-etcd-client.crt
`,
  );
});

test("each site looks for its peers as its own version of Cilium does, while a new one walks the fleet", () => {
  const sites = [eksSite("frankfurt", 1, { ciliumVersion: "1.20" }), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
  const walked = fleetPlan(fleetSpec(sites, { mesh: {} })).mesh!;
  const [old, wanted] = [meshWith(), meshWith({}, "1.20")];
  const all = allPeerObjects(walked);
  for (const [site, like] of [
    ["frankfurt", wanted],
    ["belgium", old],
    ["amsterdam", old],
  ] as const) {
    assert.deepEqual(peerObjects(walked, site), peerObjects(like, site));
    assert.deepEqual(all.get(site), peerObjects(like, site));
  }
});

test("1.20 looks for them by name, with the addresses beside, in the exact form of its chart", () => {
  const { kvstoreMesh, clusterMesh, remoteUsers } = peerObjects(meshWith({}, "1.20"), "frankfurt");
  assert.equal(
    kvstoreMesh.belgium,
    `endpoints:
- https://belgium.mesh.cilium.io:2379
trusted-ca-file: /var/lib/cilium/clustermesh/common-etcd-client-ca.crt
key-file: /var/lib/cilium/clustermesh/common-etcd-client.key
cert-file: /var/lib/cilium/clustermesh/common-etcd-client.crt
cilium-host-aliases:
- hostname: belgium.mesh.cilium.io
  ips:
    - 10.2.47.248
`,
  );
  assert.equal(
    clusterMesh.belgium,
    `endpoints:
- https://clustermesh-apiserver.kube-system.svc:2379
trusted-ca-file: /var/lib/cilium/clustermesh/local-etcd-client-ca.crt
key-file: /var/lib/cilium/clustermesh/local-etcd-client.key
cert-file: /var/lib/cilium/clustermesh/local-etcd-client.crt
`,
  );
  assert.deepEqual(parse(remoteUsers["users.yaml"]), {
    users: [
      { name: "remote-belgium", role: "remote" },
      { name: "remote-amsterdam", role: "remote" },
    ],
  });
});

test("a site with an address in each zone is looked for at all of them", () => {
  const mesh = meshWith({}, "1.20");
  const [frankfurt] = mesh.members;
  assert.equal(frankfurt?.addresses.length, 3);
  const [alias] = parse(peerObjects(mesh, "belgium").kvstoreMesh.frankfurt!)["cilium-host-aliases"];
  assert.deepEqual(alias, { hostname: "frankfurt.mesh.cilium.io", ips: frankfurt?.addresses });
});

test("a site that is lost or leaves is withdrawn from all peers, and one that joins is known to all", () => {
  for (const [state, isMember] of [
    ["joining", true],
    ["active", true],
    ["drained", true],
    ["leaving", false],
    ["lost", false],
  ] as const) {
    const mesh = meshWith({ belgium: state });
    for (const site of ["frankfurt", "amsterdam"]) {
      assert.equal("belgium" in peerObjects(mesh, site).kvstoreMesh, isMember, `${site} while belgium is ${state}`);
    }
    assert.equal(Object.keys(peerObjects(mesh, "belgium").clusterMesh).length, isMember ? 2 : 0, state);
  }
});

/** Meshes of members with names and numbers of their own. */
const meshes = fc
  .uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 2, maxLength: 12 })
  .map((numbers): MeshPlan => ({ ...meshWith(), members: numbers.map(memberOf) }));

function memberOf(number: number): MeshPlan["members"][number] {
  return { name: `site-${number}`, number, addresses: [`10.${number}.47.248`], nodeCidrs: [`10.${number}.0.0/19`] };
}

test("a site that comes or goes changes one key in each of three objects at each peer, and nothing else", () => {
  fc.assert(
    fc.property(meshes, fc.nat(), (mesh, at) => {
      const gone = mesh.members[at % mesh.members.length]!;
      const without = meshOf(mesh).leave(mesh, gone.name);
      for (const { name } of without.members) {
        const before = peerObjects(mesh, name);
        const after = peerObjects(without, name);
        for (const part of ["kvstoreMesh", "clusterMesh"] as const) {
          const { [gone.name]: dropped, ...rest } = before[part];
          assert.ok(dropped !== undefined);
          assert.deepEqual(rest, after[part]);
        }
        const lines = (of: PeerObjects) => of.remoteUsers["users.yaml"].split("\n");
        const goneLines = lines(before).filter((line) => !lines(after).includes(line));
        assert.deepEqual(goneLines, [`- { name: remote-${gone.name}, role: remote }`]);
        assert.equal(lines(before).length, lines(after).length + 1);
      }
    }),
    { numRuns: 50 },
  );
});

test("every site knows every other and never itself, one by one or all at once", () => {
  fc.assert(
    fc.property(meshes, (mesh) => {
      const all = allPeerObjects(mesh);
      assert.equal(all.size, mesh.members.length);
      for (const { name } of mesh.members) {
        assert.deepEqual(all.get(name), peerObjects(mesh, name));
        const others = mesh.members.filter((one) => one.name !== name).map((one) => one.name);
        assert.deepEqual(Object.keys(all.get(name)!.kvstoreMesh), others);
        assert.deepEqual(Object.keys(all.get(name)!.clusterMesh), others);
      }
    }),
    { numRuns: 50 },
  );
});
