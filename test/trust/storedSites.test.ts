import assert from "node:assert/strict";
import { test } from "node:test";
import { withExpelled } from "../../lib/plan/trustPhases";
import { NO_MATERIAL } from "../../lib/trust/exports";
import type { Deployment } from "../../rehearsal/engine";
import { openedState } from "./given";
import { SITES, STEADY, trustStack } from "./program";
import { errors, namesOf, unprotected, updated } from "./updates";

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
    text: ["aws:secretsmanager/secretVersion:SecretVersion", "secretString"],
    grant: "aws:secretsmanager/secretPolicy:SecretPolicy",
  },
  {
    store: {
      ...{ kind: "googleSecretManager", region: "europe-north1", owner: "shop-trust" },
      readers: per((site) => `${site}@shop-trust.iam.gserviceaccount.com`),
    },
    secret: "gcp:secretmanager/secret:Secret",
    text: ["gcp:secretmanager/secretVersion:SecretVersion", "secretData"],
    grant: "gcp:secretmanager/secretIamMember:SecretIamMember",
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
    const read = (state: Deployment) => String(inputsOf(state, text[0], "turin-trust")[text[1]]);
    assert.match(read(first.left), /PRIVATE KEY/);
    assert.match(JSON.stringify(inputsOf(first.left, grant, "turin-trust")), new RegExp(store.readers.turin!));

    take({ ...withExpelled(STEADY, "turin"), changedAt: new Date().toISOString() });
    const expelled = await updated(dir, first.left);
    assert.deepEqual(errors(expelled.result), []);
    assert.equal(read(expelled.left), NO_MATERIAL);
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
