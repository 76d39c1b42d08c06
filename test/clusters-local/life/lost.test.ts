import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetSpec, SiteState } from "../../../lib/plan/spec";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { smallSite } from "../../support/shared";
import { fleetSpec } from "../../support/specs";
import { changes, lifeLab, WEB } from "./lab";

/** What runs in each site; the banner is what the next release changes. */
const manifests = (banner: string) => `${WEB}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data: { banner: ${banner} }
`;

/** The fleet with oslo in a state; vienna is not on this machine. */
function fleet(state: SiteState): FleetSpec {
  const sites = [smallSite("oslo", 1, { state }), smallSite("turin", 2), smallSite("vienna", 3)];
  const demand = { workloads: [{ name: "shop/web", replicas: 6, cpu: 0.5, memoryGiB: 0.5 }] };
  return fleetSpec(sites, { demand, ...(state === "lost" && { degradedUntil: "2099-12-31" }) });
}

test("a site is lost, declared lost, and comes back", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const names = ["oslo", "turin"];
  const lab = await lifeLab(t, tools, { spec: fleet("active"), manifests: manifests("first") }, names);
  const { session } = lab;
  const oslo = lab.sites.oslo!;
  const bannerOf = async (site: string) => {
    const { core } = await clients(lab.sites[site]!);
    return (await core.readNamespacedConfigMap({ name: "settings", namespace: "shop" })).data?.banner;
  };
  const webOf = async (site: string) => {
    const { apps } = await clients(lab.sites[site]!);
    return apps.readNamespacedDeployment({ name: "web", namespace: "shop" });
  };
  const ofOslo = () =>
    (session.deployment().deployment.resources ?? [])
      .filter(({ urn }) => /::(shop-)?oslo/.test(urn))
      .map(({ urn, id }) => `${urn} ${id}`)
      // Whether a budget or a priority class was registered first is the program's chance.
      .sort();

  changes(await session.up());
  for (const site of names) assert.equal(await bannerOf(site), "first");
  const known = ofOslo();
  assert.ok(known.length >= 6, known.join());
  const before = (await webOf("oslo")).metadata;

  await t.test(
    "while it is dead and nobody has said so, a run goes on with the other and leaves it as it was",
    async () => {
      await oslo.kill();
      lab.declare({ spec: fleet("active"), manifests: manifests("second") });
      const run = await session.up();
      assert.deepEqual(changes(run), {
        "ConfigMap shop-turin-shop/settings": "update",
      });
      assert.ok(
        run.diagnostics.some(({ urn, message }) => urn.endsWith("::shop-oslo-shop/web") && /unreachable/.test(message)),
      );
      assert.deepEqual(ofOslo(), known);
    },
  );

  await t.test(
    "declared lost: the other takes over its part, and the run says that it leaves the site alone",
    async () => {
      lab.declare({ spec: fleet("lost"), manifests: manifests("third") });
      const run = await session.up();
      assert.equal(await bannerOf("turin"), "third");
      const told = run.diagnostics.filter(({ severity }) => severity !== "error").map(({ message }) => message);
      assert.ok(
        told.some((message) => /^Site oslo is lost: .* --target/.test(message)),
        told.join("\n"),
      );
      // What it held is not deleted, because nobody can, and the run does not pretend.
      assert.equal(run.exit, 1);
      const errors = run.diagnostics.filter(({ severity, urn }) => severity === "error" && urn !== "");
      assert.ok(errors.length > 0 && errors.every(({ urn }) => /::shop-oslo-/.test(urn)), JSON.stringify(errors));
      assert.deepEqual(ofOslo(), known);
    },
  );

  await t.test(
    "back, it is filled again before it serves, with what was released meanwhile, and nothing is made twice",
    async () => {
      await oslo.start();
      lab.declare({ spec: fleet("drained"), manifests: manifests("third") });
      const run = await session.up();
      assert.equal(changes(run)["ConfigMap shop-oslo-shop/settings"], "update");
      assert.equal(await bannerOf("oslo"), "third");
      const after = (await webOf("oslo")).metadata;
      assert.deepEqual([after?.uid, after?.creationTimestamp], [before?.uid, before?.creationTimestamp]);
      lab.declare({ spec: fleet("active"), manifests: manifests("third") });
      changes(await session.up());
      assert.deepEqual(changes(await session.preview()), {});
      assert.deepEqual(ofOslo(), known);
      for (const site of names) assert.equal((await webOf(site)).spec?.replicas, 3, site);
    },
  );
});
