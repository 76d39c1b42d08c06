import assert from "node:assert/strict";
import { test } from "node:test";
import { rehearsedGateway } from "../support/rehearsedGateway";
import { leaf, root } from "../trust/certificates";

const CA = root("public root");
const PUBLIC = leaf(CA, "shop.example.com", { dnsNames: ["shop.example.com"] }, true);

/** What the run says of a certificate and a key. */
async function refused(certificate: string, key: string): Promise<string> {
  return rehearsedGateway({ pem: JSON.stringify({ certificate, key }), sites: "belgium,cellar" }).then(
    () => "nothing",
    (error: Error) => error.message,
  );
}

test("certificates that the program gives are refused with everything that is wrong with any of them, in all sites at once", async () => {
  const old = leaf(CA, "old", { dnsNames: ["other.example.com"] }, false, new Date(Date.now() - 200 * 86_400_000));
  const message = await refused(old.chainPem, PUBLIC.keyPem);
  for (const site of ["belgium", "cellar"])
    for (const what of [
      "is for other.example.com, not for shop.example.com",
      "ended 20",
      "comes without those who signed it",
      "has the key of another certificate",
    ])
      assert.ok(message.includes(`publicCertificates.${site} ${what}`), `${site} ${what}: ${message}`);
  assert.ok(!message.includes("PRIVATE KEY"));
});
