import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { shellProgram, temporaryFolder } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { smallSite } from "../../support/shared";
import { fleetSpec } from "../../support/specs";
import { changes, lifeLab, WEB } from "./lab";

const MANIFESTS = `${WEB}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 9
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data: { banner: ours, color: blue }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: anew, namespace: shop }
data: { of: ours }
---
apiVersion: v1
kind: Secret
metadata: { name: password, namespace: shop }
stringData: { password: canary-4b1d }
`;

const spec = fleetSpec([smallSite("oslo", 1), smallSite("turin", 2)], {
  demand: { workloads: [{ name: "shop/web", replicas: 6, cpu: 0.5, memoryGiB: 0.5 }] },
});

/** What somebody at an editor makes of all objects at once. */
const BY_HAND = [
  "s/web:1/web:by-hand/",
  "s/8080/9090/",
  "/color: blue/d",
  "s/banner: ours/banner: theirs/",
  "s/password: .*/password: dGhlaXJz/",
  "s/maxReplicas: .*/maxReplicas: 20/",
];

test("what is changed in a site by hand is found and put back, and what its autoscaler does is left alone", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const lab = await lifeLab(t, tools, { spec, manifests: MANIFESTS }, ["oslo"]);
  const { session } = lab;
  const { apps, core } = await clients(lab.sites.oslo!);
  const kubectl = (...args: string[]) => lab.kubectl("oslo", ["-n", "shop", ...args]);
  const web = () => apps.readNamespacedDeployment({ name: "web", namespace: "shop" });

  assert.notDeepEqual(changes(await session.up()), {});
  assert.deepEqual(changes(await session.preview()), {});

  await t.test(
    "replicas that the autoscaler set stay, though everything that we own is taken back by force",
    async () => {
      assert.equal((await web()).spec?.replicas, 3);
      await apps.replaceNamespacedDeploymentScale({
        name: "web",
        namespace: "shop",
        body: { metadata: { name: "web", namespace: "shop" }, spec: { replicas: 5 } },
        fieldManager: "kube-controller-manager",
      });
      // An object that is not ready is one to update, whoever made it so.
      await kubectl("rollout", "status", "deployment/web", "--timeout=2m");
      assert.deepEqual(changes(await session.preview()), {});
      lab.declare({ spec, manifests: MANIFESTS.replace("web:1", "web:2") });
      assert.deepEqual(changes(await session.up()), { "Deployment shop-oslo-shop/web": "update" });
      const { metadata, spec: now } = await web();
      assert.equal(now?.replicas, 5);
      const owners = metadata?.managedFields?.filter(
        ({ fieldsV1 }) => "f:replicas" in ((fieldsV1 as { "f:spec"?: object })["f:spec"] ?? {}),
      );
      assert.deepEqual(
        owners?.map(({ manager }) => manager),
        ["kube-controller-manager"],
      );
      lab.declare({ spec, manifests: MANIFESTS });
      assert.deepEqual(changes(await session.up()), { "Deployment shop-oslo-shop/web": "update" });
    },
  );

  await t.test("edits, a deletion, and an object made anew by hand are undone", async (t) => {
    const KUBE_EDITOR = shellProgram(
      join(temporaryFolder(t), "editor"),
      `exec sed -i ${BY_HAND.map((each) => `-e '${each}'`).join(" ")} "$1"`,
    );
    const edited = ["deployment/web", "service/web", "configmap/settings", "secret/password", "hpa/web"];
    await lab.kubectl("oslo", ["-n", "shop", "edit", ...edited], { KUBE_EDITOR });
    await kubectl("delete", "poddisruptionbudget/web", "configmap/anew");
    await kubectl("create", "configmap", "anew", "--from-literal=of=theirs");
    const found = changes(await session.preview());
    assert.deepEqual(found, {
      "ConfigMap shop-oslo-shop/anew": "update",
      "ConfigMap shop-oslo-shop/settings": "update",
      "Deployment shop-oslo-shop/web": "update",
      "HorizontalPodAutoscaler shop-oslo-shop/web": "update",
      "PodDisruptionBudget shop-oslo-shop/web": "create",
      "Secret shop-oslo-shop/password": "update",
      "Service shop-oslo-shop/web": "update",
    });
    const run = await session.up();
    assert.deepEqual(changes(run), found);
    assert.doesNotMatch(JSON.stringify(run), /canary-4b1d|dGhlaXJz/);
    const { spec: now } = await web();
    assert.deepEqual([now?.template.spec?.containers[0]?.image, now?.replicas], ["web:1", 5]);
    const { data } = await core.readNamespacedSecret({ name: "password", namespace: "shop" });
    assert.equal(Buffer.from(data?.password ?? "", "base64").toString(), "canary-4b1d");
    const maps = await core.listNamespacedConfigMap({
      namespace: "shop",
      fieldSelector: "metadata.name!=kube-root-ca.crt",
    });
    assert.deepEqual(
      maps.items.map((each) => each.data),
      [{ of: "ours" }, { banner: "ours", color: "blue" }],
    );
    const { spec: service } = await core.readNamespacedService({ name: "web", namespace: "shop" });
    assert.equal(service?.ports?.[0]?.targetPort, 8080);
    assert.deepEqual(changes(await session.preview()), {});
  });
});
