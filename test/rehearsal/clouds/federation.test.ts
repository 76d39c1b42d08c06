import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench } from "./support";

const POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool";
const PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";
const ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole";

const google = () => Bench.open("gcp", { project: "shop-production", region: "europe-west1" });
const provider = (pool: string, id: string) => ({
  ...{ workloadIdentityPoolId: pool, workloadIdentityPoolProviderId: id },
  attributeMapping: { "google.subject": "assertion.sub" },
  oidc: { issuerUri: "https://oidc.example.com/cellar" },
});

test("Google keeps the id of a provider that is deleted, in its pool", async () => {
  const bench = await google();
  for (const workloadIdentityPoolId of ["acme-one", "acme-two"]) await bench.make(POOL, { workloadIdentityPoolId });
  const first = await bench.make(PROVIDER, provider("acme-one", "site-1"));
  await bench.update(first, { ...first.inputs, displayName: "Site" });
  await bench.remove(first);
  const refusal = await bench.refusal(PROVIDER, provider("acme-one", "site-1"));
  assert.match(refusal, /workloadIdentityPoolProviderId: provider "site-1" is deleted \(its state is DELETED\)/);
  assert.match(
    refusal,
    /gcloud iam workload-identity-pools providers undelete site-1 --workload-identity-pool=acme-one --location=global --project=shop-production/,
  );
  assert.match(refusal, /Error 409: Requested entity already exists/);
  assert.equal(await bench.refusal(PROVIDER, provider("acme-two", "site-1")), "");
  assert.equal(await bench.refusal(PROVIDER, provider("acme-one", "site-1-0badcafe")), "");
});

test("Google keeps the id of a pool that is deleted, in its project", async () => {
  const bench = await google();
  const pool = { workloadIdentityPoolId: "acme-shop" };
  await bench.remove(await bench.make(POOL, pool));
  const refusal = await bench.refusal(POOL, pool);
  assert.match(refusal, /workloadIdentityPoolId: pool "acme-shop" is deleted .* kept for 30 days/);
  assert.match(
    refusal,
    /gcloud iam workload-identity-pools undelete acme-shop --location=global --project=shop-production/,
  );
  const other = await Bench.in(bench.source, "gcp", { project: "other-project", region: "europe-west1" });
  assert.equal(await other.refusal(POOL, pool), "");
});

test("a custom role that is deleted is got back by the provider", async () => {
  const bench = await google();
  const role = { roleId: "acme_shop", title: "Answers", permissions: ["dns.changes.get"] };
  await bench.remove(await bench.make(ROLE, role));
  assert.equal(await bench.refusal(ROLE, role), "");
});
