import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SdkPackage } from "../../../rehearsal/clouds/sdk/package";
import { UNKNOWN } from "../../../rehearsal/clouds/wire";
import { differences } from "../../../rehearsal/clusters/provider/difference";
import { replacingFields, touches } from "../../../rehearsal/clusters/provider/immutable";
import { Kinds } from "../../../rehearsal/clusters/provider/kinds";
import { type KubeObject, toObject, toProperties } from "../../../rehearsal/clusters/provider/objects";
import { settingsOf } from "../../../rehearsal/clusters/provider/settings";
import { prune } from "../../../rehearsal/clusters/provider/shape";
import { ROOT } from "../../rehearsal/clouds/support";

const kinds = new Kinds(SdkPackage.open("kubernetes", [ROOT])!, () => undefined);
const kindsOf = (live: unknown, before: unknown, now: unknown, replacing: string[] = []) =>
  Object.fromEntries(Object.entries(differences(live, before, now, replacing)).map(([path, { kind }]) => [path, kind]));

const json = fc.jsonValue({ maxDepth: 4 });
const record = fc.dictionary(fc.stringMatching(/^[a-z.]{1,4}$/), json, { maxKeys: 4 });

describe("what differs", () => {
  it("is nothing between an object and itself", () => {
    fc.assert(fc.property(record, (object) => assert.deepEqual(differences(object, object, object, []), {})));
  });

  it("is something whenever a leaf was changed", () => {
    fc.assert(
      fc.property(record, fc.stringMatching(/^[a-z]{1,4}$/), (object, name) => {
        const now = { ...object, [name]: { fresh: Math.random() } };
        assert.notDeepEqual(differences(object, object, now, []), {});
      }),
    );
  });

  it("never sees what the inputs do not name", () => {
    fc.assert(
      fc.property(record, record, (inputs, servers) => {
        const live = { ...servers, ...inputs };
        assert.deepEqual(differences(prune(live, inputs), inputs, inputs, []), {});
      }),
    );
  });

  const table: [what: string, live: unknown, now: unknown, kinds: { [path: string]: string }][] = [
    ["a field that came", {}, { a: { b: 1 } }, { a: "add" }],
    ["a field that went", { a: 1, b: 2 }, { b: 2 }, { a: "delete" }],
    ["a value", { a: { b: 1 } }, { a: { b: 2 } }, { "a.b": "update" }],
    ["another type", { a: { b: 1 } }, { a: [1] }, { a: "update" }],
    ["an item of a list", { a: [{ b: 1, c: 2 }] }, { a: [{ b: 2 }] }, { "a[0].b": "update", "a[0].c": "delete" }],
    ["a longer list", { a: [1] }, { a: [1, 2] }, { "a[1]": "add" }],
    ["a shorter list", { a: [1, 2] }, { a: [1] }, { "a[1]": "delete" }],
    ["a name with dots", { "x.y/z": 1 }, { "x.y/z": 2 }, { '["x.y/z"]': "update" }],
    ["a value that is not known yet", { a: 1 }, { a: UNKNOWN }, { a: "update" }],
    ["a null where nothing was", {}, { a: null }, {}],
  ];
  for (const [what, live, now, expected] of table) {
    it(`of ${what}`, () => assert.deepEqual(kindsOf(live, live, now), expected));
  }

  it("is nothing where the server only writes the same amount in another way, until the program says another", () => {
    const limits = (cpu: unknown) => ({ limits: { cpu } });
    for (const [live, given] of [
      ["1", "1000m"],
      ["500m", 0.5],
      ["1Gi", "1024Mi"],
      ["8080", 8080],
    ] as const) {
      assert.deepEqual(kindsOf(limits(live), limits(given), limits(given)), {}, String(given));
    }
    assert.deepEqual(kindsOf(limits("1"), limits("1000m"), limits("2000m")), { "limits.cpu": "update" });
    assert.deepEqual(kindsOf(limits("1"), limits("0.5"), limits("0.5")), { "limits.cpu": "update" });
  });
});

describe("what replaces", () => {
  const fields: [field: string, place: (string | number)[], value: unknown, does: boolean][] = [
    ["spec.selector", ["spec", "selector", "matchLabels", "app"], "x", true],
    ["spec.selector", ["spec", "selector"], {}, true],
    ["spec.selector", ["spec"], { selector: {} }, true],
    ["spec.selector", ["spec"], { replicas: 1 }, false],
    ["spec.selector", ["spec", "selectors"], {}, false],
    ["spec.containers[*].image", ["spec", "containers", 1, "image"], "x", true],
    ["spec.containers[*].image", ["spec", "containers", 1], { image: "x" }, true],
    ["spec.containers[*].image", ["spec", "containers", 0, "name"], "x", false],
  ];
  for (const [field, place, value, does] of fields) {
    it(`${field} is ${does ? "" : "not "}touched by ${place.join(".")} = ${JSON.stringify(value)}`, () =>
      assert.equal(touches(field, place, value), does));
  }

  it("is the data of Secrets and ConfigMaps unless they are mutable, and always of those that say they are immutable", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: {} };
    const of = (object: KubeObject, inputs: object) =>
      replacingFields(`kubernetes:core/v1:${object.kind}`, object, settingsOf({ ...inputs }));
    assert.ok(of(secret, {}).includes("data"));
    assert.ok(!of(secret, { enableSecretMutable: "true" }).includes("data"));
    assert.ok(of({ ...secret, immutable: true }, { enableSecretMutable: true }).includes("data"));
    const map = { ...secret, kind: "ConfigMap" };
    assert.ok(of(map, { enableSecretMutable: true }).includes("binaryData"));
    assert.ok(!of(map, { enableConfigMapMutable: true }).includes("data"));
    assert.deepEqual(replacingFields("kubernetes:core/v1:SecretPatch", secret, settingsOf({})), [
      "metadata.name",
      "metadata.namespace",
    ]);
  });
});

describe("inputs", () => {
  const object = (kind: string, rest: object): KubeObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "x" },
    ...rest,
  });

  it("come in the form in which the server keeps them", () => {
    const secret = object("Secret", { data: { a: "YQ==\n" }, stringData: { b: "b" } });
    assert.deepEqual(kinds.normalize("kubernetes:core/v1:Secret", secret).data, { a: "YQ==", b: "Yg==" });
    const map = object("ConfigMap", { data: {}, binaryData: null });
    assert.deepEqual(kinds.normalize("kubernetes:core/v1:ConfigMap", map), object("ConfigMap", {}));
    const pod = object("Pod", { spec: { containers: [], volumes: [{ name: "v", emptyDir: {} }] } });
    assert.deepEqual(kinds.normalize("kubernetes:core/v1:Pod", pod).spec, { volumes: [{ name: "v", emptyDir: {} }] });
    const custom = { ...object("Site", { spec: { list: [], none: null } }), apiVersion: "case.example/v1" };
    assert.deepEqual(kinds.normalize("kubernetes:case.example/v1:Site", custom), custom);
  });

  it("lose fields that their kind does not have, without a word, but no values of maps", () => {
    const container = { name: "c", image: "i", imagee: "j" };
    const pod = object("Pod", { spec: { replicaz: 3, containers: [container], nodeSelector: { any: "x" } } });
    assert.deepEqual(kinds.normalize("kubernetes:core/v1:Pod", pod).spec, {
      containers: [{ name: "c", image: "i" }],
      nodeSelector: { any: "x" },
    });
    const schema = { $ref: "#/x", "x-kubernetes-preserve-unknown-fields": true, default: { any: 1 }, typo: 1 };
    const definition = (openAPIV3Schema: object): KubeObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "x" },
      spec: { versions: [{ name: "v1", schema: { openAPIV3Schema } }] },
    });
    const { typo: _, ...known } = schema;
    const type = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    assert.deepEqual(kinds.normalize(type, definition(schema)), definition(known));
  });

  it("stay as they are while something in them is not known", () => {
    const map = object("ConfigMap", { data: {}, other: UNKNOWN });
    assert.deepEqual(kinds.normalize("kubernetes:core/v1:ConfigMap", map), map);
  });

  it("are put into words of the SDK, and back", () => {
    const schema = {
      spec: { x: { "x-kubernetes-preserve-unknown-fields": true, y: [{ "x-kubernetes-list-type": "map" }] } },
    };
    const properties = toProperties(schema);
    assert.deepEqual(properties, {
      spec: { x: { x_kubernetes_preserve_unknown_fields: true, y: [{ x_kubernetes_list_type: "map" }] } },
    });
    assert.deepEqual(toObject({ ...properties, __inputs: {} }), schema);
  });
});
