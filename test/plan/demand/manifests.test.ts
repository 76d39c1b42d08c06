import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { demandFromManifests, LARGEST_TEXT, ManifestError } from "../../../lib/plan/demand";
import { NOT_KNOWN } from "../../../lib/plan/demand/unknown";
import { documentsOf } from "../../../lib/plan/demand/yamlDocuments";

const BOUTIQUE = join(__dirname, "../../../../shared/data/online-boutique.yaml");

const deployment = (name: string, replicas: string | number = 2) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  template:
    spec:
      containers:
        - name: app
          resources: { requests: { cpu: 100m, memory: 1Gi } }
`;

function problemsOf(text: string, name = "a.yaml"): string[] {
  try {
    demandFromManifests([{ name, text }]);
  } catch (error) {
    if (error instanceof ManifestError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

const podsOf = (...texts: string[]) =>
  demandFromManifests(texts.map((text, index) => ({ name: `${index}.yaml`, text }))).totals.pods;

it("counts a shop of twelve services", { skip: existsSync(BOUTIQUE) ? false : "../shared/data is not here" }, () => {
  const demand = demandFromManifests([{ name: "boutique", text: readFileSync(BOUTIQUE, "utf8") }]);
  // In the order of the file: frontend, ad, currency, cart, redis, load, recommendation, checkout, email, payment,
  // shipping, catalogue; one replica each. The load generator's init container asks for nothing and changes nothing.
  const millicores = [100, 200, 100, 200, 70, 300, 100, 100, 100, 100, 100, 100];
  const mebibytes = [64, 180, 64, 64, 200, 256, 220, 64, 64, 64, 64, 64];
  assert.deepEqual(
    demand.workloads.map((it) => [it.cpu * 1000, it.memoryGiB * 1024]),
    millicores.map((cpu, index) => [cpu, mebibytes[index]]),
  );
  assert.deepEqual(demand.totals, {
    cpu: 1.57,
    memoryGiB: 1368 / 1024,
    pods: 12,
    ephemeralStorageGiB: 0,
    extended: {},
  });
  assert.deepEqual(demand.withoutRequests, ["loadgenerator/frontend-check"]);
  assert.deepEqual(demand.daemonSets, []);
});

describe("YAML as kubectl reads it", () => {
  const rows = readFileSync(join(__dirname, "fixtures/scalars.ndjson"), "utf8").trimEnd().split("\n");
  for (const row of rows) {
    const [scalar, json]: [string, string] = JSON.parse(row);
    it(`reads the scalar ${scalar}`, () => {
      const { objects, problems } = documentsOf("a", `a: ${scalar}\n`);
      if (json.startsWith("error")) {
        assert.equal(problems.length, 1);
        return;
      }
      const [only] = objects;
      assert.ok(only !== undefined);
      const { a: read } = only.object as { a: unknown };
      assert.equal(typeof read === "bigint" ? String(read) : JSON.stringify(read), json);
    });
  }

  it("reads CRLF, byte order marks, comments, markers and empty documents", () => {
    const text = `\uFEFF# one\n---\n${deployment("a")}...\n---\n# nothing\n---\n${deployment("b")}---\n`;
    assert.equal(podsOf(text), 4);
    assert.equal(podsOf(text.replaceAll("\n", "\r\n")), 4);
  });

  it("reads files that were put one after the other with their byte order marks", () => {
    assert.equal(podsOf(`\uFEFF${deployment("a")}---\n\uFEFF${deployment("b")}`), 4);
  });

  it("reads JSON, also with tabs, several objects in a row, and one a line", () => {
    const { object } = documentsOf("a", deployment("a")).objects[0] ?? {};
    const other = { ...(object as object), metadata: { name: "b" } };
    assert.equal(podsOf(JSON.stringify(object)), 2);
    assert.equal(podsOf(JSON.stringify(object, undefined, "\t")), 2);
    assert.equal(podsOf(JSON.stringify(object) + JSON.stringify(other, undefined, "\t")), 4);
    assert.equal(podsOf(`${JSON.stringify(object)}\n${JSON.stringify(other)}\n`), 4);
  });

  it("joins all texts: an autoscaler in one scales a workload in another", () => {
    const hpa = `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: a}}\n`;
    assert.equal(podsOf(hpa, deployment("a")), 9);
    assert.equal(podsOf(deployment("a"), hpa), 9);
  });

  it("reads no replicas, and null, as one", () => {
    assert.equal(podsOf(deployment("a", "null")), 1);
    assert.equal(podsOf(deployment("a", "")), 1);
    assert.equal(podsOf(deployment("a", 0)), 0);
  });
});

it("several autoscalers of one workload, of which Kubernetes lets none act, are told", () => {
  const scaler = (name: string, kind: string, more = "") =>
    `---\napiVersion: ${kind === "ScaledObject" ? "keda.sh/v1alpha1" : "autoscaling/v2"}\nkind: ${kind}\n` +
    `metadata: {name: ${name}${more}}\nspec: {maxReplicas: 9, maxReplicaCount: 9, scaleTargetRef: {kind: Deployment, name: a}}\n`;
  const notesOf = (...all: string[]) =>
    demandFromManifests([{ name: "a", text: `${deployment("a")}${all.join("")}` }]).notes.filter((one) =>
      /autoscalers/.test(one),
    );
  const [first, second] = ["cpu", "memory"].map((name) => scaler(name, "HorizontalPodAutoscaler"));
  assert.deepEqual(notesOf(first!), []);
  assert.match(
    notesOf(first!, second!).join(),
    /lets none of them act .*: HorizontalPodAutoscaler cpu and Horizontal\S+ memory\.$/,
  );
  const kedas = scaler("keda-hpa-a", "HorizontalPodAutoscaler", ", ownerReferences: [{kind: ScaledObject, name: a}]");
  assert.deepEqual(notesOf(kedas, scaler("a", "ScaledObject")), []);
});

describe("the bounds of an autoscaler are held against each other, as an API server does", () => {
  const hpa = (bounds: object) => ({ kind: "HorizontalPodAutoscaler", apiVersion: "autoscaling/v2", bounds });
  const keda = (bounds: object) => ({ kind: "ScaledObject", apiVersion: "keda.sh/v1alpha1", bounds });
  const rows: [scaler: { kind: string; apiVersion: string; bounds: object }, problem: string | undefined][] = [
    [
      hpa({ minReplicas: 12, maxReplicas: 3 }),
      "spec.minReplicas: is 12, more than maxReplicas, which is 3: lower it, or raise maxReplicas",
    ],
    [hpa({ minReplicas: 3, maxReplicas: 3 }), undefined],
    [hpa({ minReplicas: 0, maxReplicas: 3 }), undefined],
    [hpa({ maxReplicas: 1 }), undefined],
    [hpa({ minReplicas: NOT_KNOWN, maxReplicas: 3 }), undefined],
    [
      keda({ minReplicaCount: 101 }),
      "spec.minReplicaCount: is 101, more than maxReplicaCount, which is 100, its default: lower it, or raise maxReplicaCount",
    ],
    [
      keda({ minReplicaCount: 5, maxReplicaCount: 4 }),
      "spec.minReplicaCount: is 5, more than maxReplicaCount, which is 4: lower it, or raise maxReplicaCount",
    ],
    [keda({ minReplicaCount: 100 }), undefined],
    [keda({ maxReplicaCount: 1 }), undefined],
  ];
  for (const [{ kind, apiVersion, bounds }, problem] of rows) {
    it(`${kind} ${JSON.stringify(bounds)}: ${problem === undefined ? "is taken" : "is refused"}`, () => {
      const metadata = { name: "a" };
      const scaler = { apiVersion, kind, metadata, spec: { scaleTargetRef: { name: "a" }, ...bounds } };
      const problems = problemsOf(`${deployment("a")}---\n${JSON.stringify(scaler)}\n`);
      assert.deepEqual(problems, problem === undefined ? [] : [`a.yaml:12 (document 2, ${kind} a) ${problem}`]);
    });
  }
});

it("a key that is written twice counts as it was written last, and a note says where", () => {
  const text = deployment("a", "3\n  replicas: 5");
  const { workloads, notes } = demandFromManifests([{ name: "a.yaml", text }]);
  assert.equal(workloads[0]?.replicas, 5);
  assert.match(notes.join("\n"), /A key is written twice, and the last counts: a\.yaml:6 \(document 1\)/);
  assert.throws(() => demandFromManifests([{ name: "a.yaml", text: text.replace("5", "five") }]), /a\.yaml:6 .*"five"/);
});

it("takes what a FleetWorkload takes: a text, texts with names or without, and objects", () => {
  const text = deployment("a");
  const [object] = documentsOf("a", text).objects;
  for (const manifests of [text, [text], [{ name: "a.yaml", text }], [{ text }], [object?.object as object]]) {
    assert.equal(demandFromManifests(manifests).totals.pods, 2);
  }
  assert.throws(
    () => demandFromManifests(deployment("a", "two")),
    (error) => error instanceof ManifestError && /manifests:5 \(document 1, Deployment a\)/.test(error.message),
  );
});

it("refuses what is no manifest, with all else that is wrong", () => {
  const given = [7, deployment("a", "two"), null, undefined, {}] as unknown as string[];
  assert.throws(
    () => demandFromManifests(given),
    (error) => {
      assert.ok(error instanceof ManifestError);
      assert.deepEqual(
        error.problems.map(({ path, message }) => `${path}: ${message}`.replace(/: give a text .*/, "")),
        [
          "manifests[0]: is no manifest, got 7",
          "manifests[2]: is no manifest, got null",
          "manifests[3]: is no manifest, got undefined",
          "manifests[4]: is no Kubernetes object: kind is missing",
          'manifests[1]:5 (document 1, Deployment a) spec.replicas: must be a whole number from 0 to 2147483647, got "two"',
        ],
      );
      return true;
    },
  );
  for (const [none, got] of [
    [undefined, "undefined"],
    [null, "null"],
    [7, "7"],
    [{ name: "a", text: "b" }, "a map"],
  ]) {
    assert.throws(
      () => demandFromManifests(none as unknown as string),
      (error) =>
        error instanceof ManifestError &&
        error.message.includes(`manifests: must be a text or a list, got ${got}: give`),
    );
  }
});

describe("manifests that cannot be counted", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["nothing", "", /run no pods: there must be at least one Deployment/],
    ["no workload", "apiVersion: v1\nkind: Service\nmetadata: { name: a }\n", /run no pods/],
    ["a text", "hello", /a\.yaml:1 \(document 1\): must be a map, got "hello"/],
    ["a list", "- a\n", /must be a map, got a list/],
    ["no kind", "apiVersion: v1\n", /kind is missing/],
    [
      "a ReplicationController that selects others",
      "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: a}\nspec: {selector: {app: b}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: x}]}}}\n",
      /spec\.selector: does not select the labels of the pods' template/,
    ],
    ["a chart", "apiVersion: v2\nname: a\nversion: 1.0.0\n", /helm template/],
    ["a kustomization", "resources: [a.yaml]\n", /kubectl kustomize/],
    ["the values of a chart", "resources: {}\n", /: kind is missing$/],
    ["a tab", "a:\n\tb: 1\n", /a\.yaml:2 .*Tabs are not allowed/],
    [
      "a quoted text whose next line is not indented",
      'a:\n  b: "x\ny"\n',
      /a\.yaml:2 .*indent the lines that it goes on in/,
    ],
    ["a key that is a list", "? [a]\n: b\n", /a key must be a text, not a list/],
    ["an unrendered number", deployment("a", "{{ .Values.n }}"), /a\.yaml:5 .*rendered first/],
    ["an unrendered text", deployment("a", '"{{ .Values.n }}"'), /spec\.replicas: .*render it first/],
    ["an unrendered file", `{{- if .Values.a }}\n${deployment("a")}{{- end }}\n`, /rendered first \("helm template"/],
    ["quoted replicas", deployment("a", '"3"'), /got "3": write it without quotes/],
    ["a misspelt resource", deployment("a").replace("memory", "memroy"), /did you mean "memory"\?/],
    ["no quantity", deployment("a").replace("1Gi", "1GB"), /requests\.memory: is no quantity, got "1GB"/],
    ["a negative quantity", deployment("a").replace("1Gi", "-1Gi"), /must be 0 or more, got "-1Gi"/],
    [
      "half a device",
      deployment("a").replace("memory", "nvidia.com/gpu").replace("1Gi", "0.5"),
      /whole units, got 0\.5/,
    ],
    ["too much", deployment("a").replace("1Gi", "1e40"), /more than Kubernetes can count/],
    [
      "no containers",
      deployment("a")
        .replace("- name: app\n", "[]\n")
        .replace(/ +resources.*\n/, ""),
      /at least one container/,
    ],
    [
      "a scaler without maximum",
      `${deployment("a")}---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {scaleTargetRef: {name: a}}\n`,
      /maxReplicas: is missing/,
    ],
    ["an alias of nothing", "a: *b\n", /alias \*b has no anchor/],
    ["an alias of itself", "a: &a [*a]\n", /alias \*a has no anchor &a that ends before it/],
    ["zero bytes", "a\0b", /is no text: it contains zero bytes/],
    ["prototype keys", "__proto__: { kind: Deployment, apiVersion: apps/v1 }\n", /kind is missing/],
    ["brackets without end", "[".repeat(1_000_000), /nested too deeply/],
    ["levels without end", "- ".repeat(30_000), /nested too deeply/],
    ["a huge text", `#${" ".repeat(LARGEST_TEXT)}`, /too large: \d+ characters, at most \d+/],
  ];
  for (const [what, text, expected] of cases) {
    it(`says what is wrong with ${what}`, () => {
      const problems = problemsOf(text);
      assert.ok(problems.length > 0, "there is a problem");
      assert.match(problems.join("\n"), expected);
      assert.doesNotMatch(problems.join("\n"), /\n\s+at |undefined|\[object/);
    });
  }

  it("finds all of them at once, each with its document and line", () => {
    const text = [
      deployment("a", "two"),
      "a: b: c\n",
      deployment("b").replace("100m", "lots").replace("1Gi", "-1"),
    ].join("---\n");
    assert.deepEqual(
      problemsOf(text).map((it) => it.replace(/: .*/, "")),
      [
        "a.yaml:12 (document 2)",
        "a.yaml:5 (document 1, Deployment a) spec.replicas",
        "a.yaml:23 (document 3, Deployment b) spec.template.spec.containers[0].resources.requests.cpu",
        "a.yaml:23 (document 3, Deployment b) spec.template.spec.containers[0].resources.requests.memory",
      ],
    );
  });

  it("lists no more problems in its message than anyone reads", () => {
    const text = Array.from({ length: 500 }, (_, index) => deployment(`d${index}`, -1)).join("---\n");
    try {
      demandFromManifests([{ name: "a", text }]);
      assert.fail("negative replicas are refused");
    } catch (error) {
      assert.ok(error instanceof ManifestError);
      assert.equal(error.problems.length, 500);
      assert.match(error.message, /and 300 more problems$/);
    }
  });

  const bomb = (line: (index: number, before: string) => string) =>
    Array.from({ length: 30 }, (_, index) =>
      line(
        index,
        Array(9)
          .fill(`*a${index - 1}`)
          .join(", "),
      ),
    ).join("");
  const bombs: readonly (readonly [string, string])[] = [
    ["lists", bomb((n, before) => `a${n}: &a${n} [${n === 0 ? "x" : before}]\n`)],
    ["merges", bomb((n, before) => `a${n}: &a${n} { ${n === 0 ? "k: v" : `<<: [${before}], k${n}: v`} }\n`)],
    [
      "objects",
      `apiVersion: v1\nkind: List\nitems:\n${bomb((n, before) => `- &a${n} { apiVersion: v1, kind: List, items: [${n === 0 ? "" : before}] }\n`)}`,
    ],
  ];
  for (const [what, text] of bombs) {
    it(`does not expand aliases that double up without end: ${what}`, () => {
      assert.match(problemsOf(text).join("\n"), /expands to more than \d+ values by its aliases/);
    });
  }

  it("never throws anything but ManifestError, and pollutes nothing", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string({ unit: fc.constantFrom(..."{}[]:-,&*|>!%@`'\"#? \n\tab1") }),
      fc.constantFrom("__proto__", "constructor", "toString").map((key) => deployment("a").replace("requests", key)),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        problemsOf(text);
        assert.equal(Object.keys(Object.prototype).length, 0);
      }),
      { numRuns: 500 },
    );
  });

  it("reads any object in place of any part of a Deployment without throwing", () => {
    const parts = [
      "apiVersion",
      "kind",
      "metadata",
      "replicas",
      "template",
      "containers",
      "resources",
      "requests",
      "name",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.json({ maxDepth: 2 }), (part, json) => {
        problemsOf(deployment("a").replace(new RegExp(`\\b${part}: [^\\n]*|\\b${part}:`), `${part}: ${json} #`));
      }),
    );
  });
});
