import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { withExpelled } from "../../lib/plan/trustPhases";
import { NO_MATERIAL } from "../../lib/trust/exports";
import type { Deployment } from "../../rehearsal/engine";
import { commandLine, reportedHere } from "../support/commandLine";
import { openedState } from "./given";
import { SITES, STEADY, trustStack } from "./program";
import { errors, namesOf, unprotected, updated } from "./updates";

const GUID = "11111111-1111-4222-8333-44444444444";
const per = (reader: (site: string, index: number) => string) =>
  Object.fromEntries(SITES.map((site, index) => [site, reader(site, index)]));

/** A store of each kind, what an entry's text is in, and what lets its reader read it. */
const STORES = [
  {
    store: {
      ...{ kind: "awsSecretsManager", region: "eu-north-1", owner: "111122223333" },
      writer: "arn:aws:iam::111122223333:role/trust-stack",
      readers: per((site) => `arn:aws:iam::444455556666:role/${site}`),
    },
    secret: "aws:secretsmanager/secret:Secret",
    text: "aws:secretsmanager/secretVersion:SecretVersion",
    grant: "aws:secretsmanager/secretPolicy:SecretPolicy",
  },
  {
    store: {
      ...{ kind: "googleSecretManager", region: "europe-north1", owner: "shop-trust" },
      readers: per((site) => `${site}@shop-trust.iam.gserviceaccount.com`),
    },
    secret: "gcp:secretmanager/secret:Secret",
    text: "gcp:secretmanager/secretVersion:SecretVersion",
    grant: "gcp:secretmanager/secretIamMember:SecretIamMember",
  },
  {
    store: {
      ...{ kind: "azureKeyVault", region: "swedencentral", owner: `${GUID}0`, tenant: `${GUID}1` },
      ...{ vault: "shop-trust", resourceGroup: "trust", readers: per((_, index) => `${GUID}${index + 2}`) },
    },
    secret: "azure-native:keyvault:Secret",
    text: "azure-native:keyvault:Secret",
    grant: "azure-native:authorization:RoleAssignment",
  },
] as const;

function inputsOf(state: Deployment, type: string, name: string): { readonly [property: string]: unknown } {
  const found = openedState(state).find((one) => one.type === type && one.urn.endsWith(`::${name}`));
  return found?.inputs ?? {};
}

for (const { store, secret, text, grant } of STORES) {
  test(`${store.kind}: a site that is expelled keeps an entry with nothing in it, and one that leaves takes it along`, async (t) => {
    const { dir, take } = trustStack(t, { hubble: false, delivery: { by: "secretStore", store } });
    const first = await updated(dir, undefined);
    assert.deepEqual(errors(first.result), []);
    const read = (state: Deployment) => JSON.stringify(inputsOf(state, text, "turin-trust"));
    assert.match(read(first.left), /PRIVATE KEY/);
    assert.match(JSON.stringify(inputsOf(first.left, grant, "turin-trust")), new RegExp(store.readers.turin!));

    take({ ...withExpelled(STEADY, "turin"), changedAt: new Date().toISOString() });
    const expelled = await updated(dir, first.left);
    assert.deepEqual(errors(expelled.result), []);
    assert.ok(read(expelled.left).includes(JSON.stringify(NO_MATERIAL)));
    assert.doesNotMatch(
      JSON.stringify(inputsOf(expelled.left, grant, "turin-trust")),
      new RegExp(store.readers.turin!),
    );
    const ids = (state: Deployment) =>
      (state.deployment.resources ?? []).flatMap((one) => (one.type === secret ? [one.id] : [])).sort();
    assert.deepEqual(ids(expelled.left), ids(first.left));

    take(STEADY, ["oslo", "vienna"]);
    const refused = await updated(dir, expelled.left);
    assert.match(errors(refused.result).join("\n"), /turin-trust" cannot be deleted\s+because it is protected/);
    const { result, left } = await updated(dir, unprotected(refused.left, "turin-trust"));
    assert.deepEqual(errors(result), []);
    assert.deepEqual(namesOf(left, secret), ["oslo-trust", "vienna-trust"]);
  });
}

for (const { store } of STORES.slice(0, 2)) {
  test(`${store.kind}: a program that reads a store is rehearsed on what the trust stack left, and says what it lacks`, async (t) => {
    const { dir } = trustStack(t, { hubble: false, delivery: { by: "secretStore", store } });
    const state = join(dir, "trust.state.json");
    const left = await reportedHere(["rehearse", dir, "--stack", "trust", "--state", state]);
    assert.equal(left.exit, 0, left.stderr);
    const { exit, report, stderr } = await reportedHere([
      ...["rehearse", dir, "--stack", "sites", "--reference", `acme/sample/trust=${state}`],
    ]);
    assert.equal(exit, 0, stderr);
    assert.equal(report.resources.filter(({ type }) => type === "kubernetes:core/v1:Secret").length, 3 * 4);

    const alone = await commandLine(["plan", dir, "--stack", "sites"]);
    assert.equal(alone.exit, 2);
    const said = alone.stderr.split("\n").filter((line) => line.startsWith("The entry of site"));
    assert.equal(said.length, SITES.length, alone.stderr);
    assert.match(said[0]!, /^The entry of site "oslo" in the store, \S+, cannot be read: Secret/);
    assert.match(alone.stderr, /give the state that it left, by --reference STACK=FILE/);
    assert.doesNotMatch(alone.stderr, /error serializing|Invoke of|^ {4}at /m);
  });
}
