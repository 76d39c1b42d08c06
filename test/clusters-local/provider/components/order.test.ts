import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ordered } from "../../../../rehearsal/clusters/provider/components/order";
import type { KubeObject } from "../../../../rehearsal/clusters/provider/objects";

const DEPENDS = "config.kubernetes.io/depends-on";
const object = (apiVersion: string, kind: string, name: string, namespace = "", after = ""): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace && { namespace }), ...(after && { annotations: { [DEPENDS]: after } }) },
});
const definition = (group: string, kind: string): KubeObject => ({
  ...object("apiextensions.k8s.io/v1", "CustomResourceDefinition", `${kind.toLowerCase()}s.${group}`),
  spec: { group, names: { kind }, scope: "Namespaced" },
});
const named = ({ kind, metadata }: KubeObject) => `${kind} ${String(metadata.name)}`;
const shown = (objects: KubeObject[]) =>
  ordered(objects).map(({ object: each, after }) => [named(each), ...after.map(named)].join(" < "));

test("namespaces and definitions come before what needs them, then kinds in the order of kubectl's library", () => {
  const given = [
    object("apps/v1", "Deployment", "web", "shop"),
    object("example.com/v1", "Site", "one", "shop"),
    object("v1", "Service", "web", "shop"),
    object("v1", "ConfigMap", "b"),
    object("v1", "ConfigMap", "a"),
    definition("example.com", "Site"),
    object("v1", "Namespace", "shop"),
  ];
  assert.deepEqual(shown(given), [
    "Namespace shop",
    "CustomResourceDefinition sites.example.com",
    "ConfigMap a",
    "ConfigMap b",
    "Service web < Namespace shop",
    "Deployment web < Namespace shop",
    "Site one < CustomResourceDefinition sites.example.com < Namespace shop",
  ]);
});

test("an annotation names what comes before, and what it cannot name is told, all at once", () => {
  const first = object("v1", "ConfigMap", "z", "shop");
  assert.deepEqual(shown([object("v1", "ConfigMap", "a", "", " /namespaces/shop/ConfigMap/z "), first]), [
    "ConfigMap z",
    "ConfigMap a < ConfigMap z",
  ]);
  const wrong = ["apps/Deployment/none", "nonsense", "/namespaces/shop/ConfigMap/z,/namespaces/shop/ConfigMap/z"];
  const all = wrong.map((after, i) => object("v1", "ConfigMap", `c${i}`, "", after));
  assert.throws(
    () => ordered([first, ...all]),
    (error: Error) => {
      assert.match(
        error.message,
        /^3 errors:\n- invalid object: "\/ConfigMap\/c0": invalid "config.kubernetes.io\/depends-on"/,
      );
      assert.match(error.message, /external dependency: \/ConfigMap\/c0 -> apps\/Deployment\/none/);
      assert.match(error.message, /"nonsense" must be group\/kind\/name or group\/namespaces\/namespace\/kind\/name/);
      assert.match(error.message, /duplicate dependency: \/ConfigMap\/c2 -> \/namespaces\/shop\/ConfigMap\/z/);
      return true;
    },
  );
  const circle = [
    object("v1", "ConfigMap", "a", "", "/ConfigMap/b"),
    object("v1", "ConfigMap", "b", "", "/ConfigMap/a"),
  ];
  assert.throws(
    () => ordered(circle),
    /^Error: cyclic dependency:\n- \/ConfigMap\/a -> \/ConfigMap\/b\n- \/ConfigMap\/b/,
  );
});

const some = fc.array(
  fc.record({
    kind: fc.constantFrom("Namespace", "ConfigMap", "Service", "Secret"),
    name: fc.constantFrom("a", "b", "c", "d"),
    namespace: fc.constantFrom("", "a", "b"),
  }),
);

test("every object comes once, after all that it needs, whatever the order in which it was given", () => {
  fc.assert(
    fc.property(some, (given) => {
      const objects = given.map(({ kind, name, namespace }) =>
        object("v1", kind, name, kind === "Namespace" ? "" : namespace),
      );
      const found = ordered(objects);
      const id = ({ kind, metadata }: KubeObject) => JSON.stringify([kind, metadata.namespace, metadata.name]);
      assert.deepEqual(found.map(({ object: each }) => id(each)).sort(), [...new Set(objects.map(id))].sort());
      const seen = new Set<KubeObject>();
      for (const { object: each, after } of found) {
        for (const before of after) assert.ok(seen.has(before), `${named(each)} before ${named(before)}`);
        seen.add(each);
      }
      assert.deepEqual(shown([...objects].reverse()), shown(objects));
    }),
  );
});
