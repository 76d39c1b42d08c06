import assert from "node:assert/strict";
import { test } from "node:test";
import { withOnly } from "../../lib/plan/trustPhases/data";
import { STEADY, trustStack } from "./program";
import { errors, namesOf, unprotected, updated } from "./updates";

const CA_POOL = "projects/shop-trust/locations/europe-north1/caPools/shop";

for (const [keeper, root, types] of [
  [
    "awsPrivateCa",
    { account: "111122223333", region: "eu-north-1" },
    ["aws:acmpca/certificateAuthority:CertificateAuthority"],
  ],
  [
    "googleCas",
    { caPool: CA_POOL },
    ["gcp:certificateauthority/authority:Authority", "gcp:certificateauthority/caPool:CaPool"],
  ],
] as const) {
  test(`${keeper}: a root that was made is withdrawn once it is not protected, and no guard of the provider is left`, async (t) => {
    const { dir, take } = trustStack(t, { hubble: false, roots: { g1: { keeper, ...root } } });
    const first = await updated(dir, undefined);
    assert.deepEqual(errors(first.result), []);
    take(withOnly(STEADY, "g2"));
    const refused = await updated(dir, first.left);
    assert.match(errors(refused.result).join("\n"), /root-g1" cannot be deleted\s+because it is protected/);
    const { result, left } = await updated(dir, unprotected(refused.left, "root-g1"));
    assert.deepEqual(errors(result), []);
    for (const type of types) assert.deepEqual(namesOf(left, type), []);
  });
}
