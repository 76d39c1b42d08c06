import assert from "node:assert/strict";
import { test } from "node:test";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { existing, Fleet, type FleetArgs, type FleetSpec } from "../lib";
import { eks } from "../lib/aws";
import { childrenOf as below, type Graph, isSecret, type Registered, record } from "./support/graph";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite, kubeconfigOf, twoRegions } from "./support/specs";

const SITE = "multisite:index:Site";
const kinds = [eks, existing];

function build(spec: FleetSpec, more: Partial<FleetArgs> = {}, preview = false): Promise<Graph> {
  return record(() => void new Fleet("shop", { spec, kinds, ...more }), { preview });
}

/** Everything below one site. */
function childrenOf(graph: Graph, site: string): Registered[] {
  return below(graph, graph.one(SITE, site).urn);
}

/** The message with which a fleet refuses its arguments. */
async function refusal(args: unknown): Promise<string> {
  let refused: unknown;
  const graph = await record(() => {
    try {
      new Fleet("shop", args as FleetArgs);
    } catch (error) {
      refused = error;
    }
  });
  assert.deepEqual(graph.resources, [], "nothing is declared");
  assert.ok(pulumi.RunError.isInstance(refused), `the CLI prints a RunError without its stack: ${refused}`);
  return refused.message;
}

test("a fleet sends its spec, and nothing else, to the engine", async () => {
  const graph = await build(twoRegions());
  const fleet = graph.one("multisite:index:Fleet", "shop");
  assert.deepEqual(fleet.inputs, { spec: twoRegions() });
  assert.equal(fleet.custom, false);
});

test("each site is a component under the fleet, named after itself", async () => {
  const graph = await build(twoRegions());
  const fleet = graph.one("multisite:index:Fleet", "shop");
  assert.deepEqual(
    graph.all(SITE).map(({ name, parent }) => [name, parent]),
    [
      ["frankfurt", fleet.urn],
      ["dublin", fleet.urn],
    ],
  );
});

test("a site's facts are its inputs and its outputs, plain also at preview", async () => {
  const graph = await build(twoRegions(), {}, true);
  const site = graph.one(SITE, "dublin");
  const { kubeconfig, ...outputs } = graph.outputs.get(site.urn) ?? {};
  assert.ok(kubeconfig);
  assert.deepEqual(outputs, site.inputs);
  const { name, number, kind, state, provider, region, faultDomain, pools } = site.inputs;
  assert.deepEqual(
    { name, number, kind, state, provider, region, faultDomain },
    {
      name: "dublin",
      number: 2,
      kind: "eks",
      state: "active",
      provider: "aws",
      region: "eu-west-1",
      faultDomain: "aws/eu-west-1",
    },
  );
  assert.equal((pools as { guaranteedNodes: number }[])[0]?.guaranteedNodes, 6);
});

test("every resource of a site has the provider of its own site: default providers may be disabled", async () => {
  const graph = await build(
    fleetSpec([eksSite("frankfurt", 1), eksSite("dublin", 2, { region: "eu-west-1" }), existingSite("munich", 3)]),
    {
      kubeconfigs: { munich: kubeconfigOf("munich") },
    },
  );
  assert.deepEqual(graph.invokes, []);
  const customs = graph.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
  assert.ok(customs.length > 50);
  for (const { urn, type, parent, provider } of customs) {
    const made = graph.resources.find((one) => one.urn === provider);
    assert.ok(made, `${urn} has no explicit provider`);
    assert.equal(made.parent, parent, `${urn} has the provider of another site`);
    assert.equal(made.type, `pulumi:providers:${type.split(":")[0]}`);
  }
});

test("the Kubernetes provider knows its cluster by identity and by the resource, and changes objects in place", async () => {
  const graph = await build(twoRegions());
  const cluster = graph.one("aws:eks/cluster:Cluster", "frankfurt");
  const provider = graph.one("pulumi:providers:kubernetes", "frankfurt");
  assert.equal(provider.inputs.clusterIdentifier, "arn:mock:aws:eks/cluster:Cluster:frankfurt");
  assert.deepEqual(provider.replaceWith, [cluster.urn]);
  const { enableSecretMutable, enableConfigMapMutable, skipUpdateUnreachable, deleteUnreachable } = provider.inputs;
  assert.deepEqual([enableSecretMutable, enableConfigMapMutable, skipUpdateUnreachable], ["true", "true", "true"]);
  assert.equal(provider.inputs.enablePatchForce, "true", "an edit by hand is put back, not answered with a conflict");
  assert.equal(deleteUnreachable, undefined);
  assert.equal(isSecret(provider.inputs.kubeconfig), false, "no credential is in it");
  const release = graph.one("kubernetes:helm.sh/v3:Release", "frankfurt-cilium");
  assert.equal(release.deletedWith, cluster.urn);
});

test("an existing site gets a provider with its secret kubeconfig, and nothing is made for it", async () => {
  const spec = fleetSpec([eksSite("frankfurt", 1), existingSite("munich", 2)]);
  const graph = await build(spec, { kubeconfigs: { munich: kubeconfigOf("munich", { token: "hush" }) } });
  const [provider, ...rest] = childrenOf(graph, "munich");
  assert.deepEqual(rest, []);
  assert.equal(provider?.type, "pulumi:providers:kubernetes");
  assert.equal(provider?.inputs.clusterIdentifier, "uid-of-munich");
  assert.ok(isSecret(provider?.inputs.kubeconfig));
  const outputs = graph.outputs.get(graph.one(SITE, "munich").urn);
  assert.ok(isSecret(outputs?.kubeconfig));
  const plain = graph.resources.filter((one) => one !== provider);
  assert.ok(!JSON.stringify(plain).includes("hush"), "the kubeconfig is nowhere else");
});

test("a given provider takes the place of the site's own", async () => {
  const graph = await record(() => {
    const own = new aws.Provider("mine", { region: "eu-central-1" });
    new Fleet("shop", { spec: twoRegions(), kinds, providers: { frankfurt: own } });
  });
  assert.deepEqual(
    graph.all("pulumi:providers:aws").map(({ name }) => name),
    ["mine", "dublin"],
  );
  const mine = graph.one("pulumi:providers:aws", "mine");
  const cloud = childrenOf(graph, "frankfurt").filter(({ type }) => type.startsWith("aws:"));
  assert.ok(cloud.length > 20);
  for (const { provider } of cloud) assert.equal(provider, mine.urn);
});

test("a lost site is left alone", async () => {
  const spec = twoRegions({ degradedUntil: "2026-12-31" });
  spec.sites[0]!.state = "lost";
  const graph = await build(spec);
  assert.deepEqual(
    graph.all(SITE).map(({ name }) => name),
    ["dublin"],
  );
});

test("transformations reach every child of every site", async () => {
  const seen = new Set<string>();
  const graph = await record(() => {
    const see: pulumi.ResourceTransformation = ({ type, name }) => {
      seen.add(`${type} ${name}`);
      return undefined;
    };
    new Fleet("shop", { spec: twoRegions(), kinds }, { transformations: [see] });
  });
  assert.deepEqual(
    graph.resources.map(({ type, name }) => `${type} ${name}`).filter((one) => !seen.has(one)),
    [],
  );
});

/** Names that are as close to the library's own words for children as names may be. */
const siteName = fc
  .array(fc.constantFrom("a", "b", "nodes", "public", "apps", "cluster", "ebs-csi", "api", "secrets", "s3"), {
    minLength: 1,
    maxLength: 3,
  })
  .map((words) => words.join("-"))
  .filter((name) => name.length <= 32 && name !== "default");

const fleetNames = fc.uniqueArray(siteName, { minLength: 3, maxLength: 4 });
const REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "eu-central-1"];

/** A fleet with a site of each name; the last shares its region with the first. */
function fleetOf(names: readonly string[]): FleetSpec {
  return fleetSpec(names.map((name, i) => eksSite(name, i + 1, { region: REGIONS[i]! })));
}

test("sites never collide, whatever their names, also in one region and account", async () => {
  await fc.assert(
    fc.asyncProperty(fleetNames, async (names) => {
      const { resources } = await build(fleetOf(names));
      assert.equal(new Set(resources.map(({ urn }) => urn)).size, resources.length);
    }),
    { numRuns: 15 },
  );
});

test("adding a site, in any place of the list, changes nothing below the others", async () => {
  await fc.assert(
    fc.asyncProperty(fleetNames, fc.nat(), async (names, place) => {
      const full = fleetOf(names);
      const added = full.sites[place % full.sites.length]!;
      const less = { ...full, sites: full.sites.filter((site) => site !== added) };
      const [before, after] = [await build(less), await build(full)];
      for (const { name } of less.sites) assert.deepEqual(childrenOf(after, name), childrenOf(before, name));
    }),
    { numRuns: 10 },
  );
});

test("all problems of spec and arguments come in one message, and nothing is declared", async () => {
  const spec = twoRegions();
  spec.sites[1] = { ...eksSite("frankfurt", 1), region: "eu-west-1" };
  const message = await refusal({ spec, kinds: [existing], kubeconfigs: { paris: "x" } });
  assert.match(message, /^Fleet "shop" cannot be built\. /);
  for (const part of [/frankfurt/, /number/, /kinds/, /kubeconfigs\.paris/]) assert.match(message, part);
});

test("a kind that was not imported is named with its import", async () => {
  const spec = twoRegions();
  const message = await refusal({ spec, kinds: [existing] });
  assert.ok(
    message.includes(
      'kinds has no "eks", which each of the sites "frankfurt", "dublin" needs (given: existing): ' +
        'import { eks } from "pulumi-multisite/aws", and add eks to kinds',
    ),
    message,
  );
});

test("kubeconfigs and providers that fit no site are problems", async () => {
  const spec = fleetSpec([eksSite("frankfurt", 1), existingSite("munich", 2)]);
  const message = await refusal({
    spec,
    kinds,
    kubeconfigs: { frankfurt: "x" },
    providers: { frankfurt: "aws", rome: {} },
  });
  const lines = message.split("\n").map((line) => line.trim());
  assert.deepEqual(lines.slice(1), [
    'kubeconfigs.munich is missing: site "munich" exists already, so its kubeconfig must be given, as a secret: config.requireSecret("munich-kubeconfig")',
    "kubeconfigs.frankfurt names none of the sites of kind existing (munich): remove it, or correct the name",
    'providers.frankfurt must be a provider of package aws, which builds site "frankfurt", got a value of type string',
    "providers.rome names none of the sites that this library builds (frankfurt): remove it, or correct the name",
  ]);
});

test("what is given in place of kubeconfigs by site is no list of their letters", async () => {
  const spec = fleetSpec([eksSite("frankfurt", 1), existingSite("munich", 2)]);
  for (const [kubeconfigs, got] of [
    ["x", "a value of type string"],
    [["x"], "a list"],
    [pulumi.secret({ munich: "x" }), "an Output"],
  ] as const) {
    const message = await refusal({ spec, kinds, kubeconfigs });
    const wanted =
      'kubeconfigs must be a plain object by site, such as { munich: config.requireSecret("munich-kubeconfig") }';
    assert.ok(message.endsWith(`${wanted}, got ${got}`), message);
  }
});

test("what is given to the links and to the mesh is looked at, and no secret is told", async () => {
  const spec = fleetSpec([gkeSite("belgium", 1), aksSite("amsterdam", 2)], { underlay: {} });
  const odd = { hubProviders: { aws: "x", ibm: {} }, meshCredentials: { rome: {} }, tunnelSecret: "swordfish" };
  const message = await refusal({ spec, kinds: [{ kind: "gke" }, { kind: "aks" }], ...odd });
  const lines = message.split("\n").map((line) => line.trim());
  assert.deepEqual(
    lines.slice(1).map((line) => line.slice(0, 60)),
    [
      "hubProviders.aws must be a provider of package aws, got a va",
      "hubProviders.ibm names none of the clouds (aws, gcp, azure):",
      "meshCredentials.rome names none of the sites in a mesh (ther",
      "tunnelSecret is a text of 9 characters, from which the keys ",
    ],
  );
  assert.doesNotMatch(message, /swordfish/);
});

for (const [what, args] of [
  ["nothing", undefined],
  ["no spec", {}],
  ["kinds that are no list", { spec: twoRegions(), kinds: eks }],
  ["kinds with holes", { spec: twoRegions(), kinds: [undefined, null, 3] }],
  ["an Output for a spec", { spec: pulumi.output(twoRegions()), kinds }],
  [
    "a number that is an Output",
    { spec: fleetSpec([{ ...eksSite("a", 1), number: pulumi.output(1) } as never]), kinds },
  ],
] as const) {
  test(`refused without a stack trace: ${what}`, async () => {
    assert.match(await refusal(args), /^Fleet "shop" cannot be built\. The fleet's spec has /);
  });
}
