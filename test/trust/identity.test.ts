import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/folders";
import { type Identity, intermediate, leaf, plannedIntermediate, root } from "./certificates";
import { bySite, bySpiffe } from "./spiffe";
import { byGo, byNode, byOpenssl, constrained, runs } from "./verifiers";

const DOMAIN = "shop.example.com";
const id = (site: string, domain = DOMAIN) => `spiffe://${domain}/site/${site}/ns/pay/sa/api`;
const SKIP = runs("openssl", "version") ? false : "no openssl here";
const GO = runs("go", "version");

/** A pod's certificate, as cert-manager makes one from the site's intermediate: it sends the intermediate along. */
function pod(by: Identity, uri: string): Identity {
  return leaf(by, "api", { uris: [uri], dnsNames: ["server.mesh.cilium.io"] }, true);
}

describe("one workload identity for all sites", { skip: SKIP }, () => {
  const fleet = root(`${DOMAIN} root g1`);
  const site = (name: string) => plannedIntermediate(fleet, DOMAIN, name);
  const [frankfurt, dublin] = [site("frankfurt"), site("dublin")];
  const honest = pod(frankfurt, id("frankfurt"));
  const other = pod(dublin, id("dublin"));
  const liar = pod(frankfurt, id("dublin"));

  it("a pod's certificate of one site verifies in every other; one of a foreign root does not", async (test) => {
    const folder = temporaryFolder(test);
    for (const one of [honest, other]) assert.equal(await byOpenssl(folder, fleet.certPem, one), undefined);
    assert.equal(await byNode(fleet.certPem, other, honest), undefined);
    assert.equal(await byNode(fleet.certPem, honest, other), undefined);
    const foreign = pod(intermediate(root(`${DOMAIN} root g1`), "cert-manager mars"), id("frankfurt"));
    assert.match((await byOpenssl(folder, fleet.certPem, foreign)) ?? "", /verification failed/);
    assert.notEqual(await byNode(fleet.certPem, other, foreign), undefined);
    const bare = { ...honest, chainPem: honest.certPem };
    assert.notEqual(await byNode(fleet.certPem, other, bare), undefined, "without its intermediate");
  });

  it("a site that makes a CA of its own below is refused: the root allows one level", async (test) => {
    const below = intermediate({ ...frankfurt, chainPem: frankfurt.certPem }, "hidden");
    const hidden = pod({ ...below, chainPem: below.certPem + frankfurt.certPem }, id("frankfurt"));
    assert.match((await byOpenssl(temporaryFolder(test), fleet.certPem, hidden)) ?? "", /path length/);
  });

  it("no verifier rejects a site that claims another's path, where nothing constrains it", async (test) => {
    assert.equal(await byOpenssl(temporaryFolder(test), fleet.certPem, liar), undefined);
    assert.equal(await byNode(fleet.certPem, other, liar), undefined);
  });

  it("SPIFFE's own rules take a pod of each site for the fleet's, and do not tell the sites' paths apart", async (test) => {
    const folder = temporaryFolder(test);
    for (const one of [honest, other, liar])
      assert.equal(await bySpiffe(folder, fleet.certPem, one, DOMAIN), undefined);
    const foreign = pod(intermediate(root(`${DOMAIN} root g1`), "cert-manager mars"), id("frankfurt"));
    assert.match((await bySpiffe(folder, fleet.certPem, foreign, DOMAIN)) ?? "", /verification failed/);
  });

  it("who compares the path with the site in the issuer's subject rejects the site that claims another's", () => {
    for (const one of [honest, other]) assert.equal(bySite(one), undefined);
    assert.match(
      bySite(liar) ?? "",
      /site\/dublin\/ns\/pay\/sa\/api claims site\/dublin, and was signed by site\/frankfurt/,
    );
  });

  it("another trust domain and a second URI: SPIFFE rejects them, OpenSSL and Node do not", async (test) => {
    const folder = temporaryFolder(test);
    const elsewhere = pod(frankfurt, id("frankfurt", "bank.example.com"));
    const names = { dnsNames: ["server.mesh.cilium.io"] };
    const double = leaf(frankfurt, "api", { ...names, uris: [id("frankfurt"), id("dublin")] }, true);
    const cases: [Identity, RegExp][] = [
      [elsewhere, /another trust domain than the bundle/],
      [double, /not exactly one URI/],
    ];
    for (const [one, reason] of cases) {
      assert.match((await bySpiffe(folder, fleet.certPem, one, DOMAIN)) ?? "", reason);
      assert.equal(await byOpenssl(folder, fleet.certPem, one), undefined);
      assert.equal(await byNode(fleet.certPem, other, one), undefined);
    }
  });

  it("a site's issuer is nobody: SPIFFE and Node reject it as an identity, a chain alone does not", async (test) => {
    const folder = temporaryFolder(test);
    assert.match(
      (await bySpiffe(folder, fleet.certPem, frankfurt, DOMAIN)) ?? "",
      /signing certificate is no identity/,
    );
    assert.notEqual(await byNode(fleet.certPem, other, frankfurt), undefined);
    assert.equal(await byOpenssl(folder, fleet.certPem, frankfurt), undefined);
  });

  it("an intermediate whose URI has the site's path, and not only its subject, is refused by SPIFFE's rules alone", async (test) => {
    const folder = temporaryFolder(test);
    const odd = plannedIntermediate(fleet, DOMAIN, "frankfurt", [`spiffe://${DOMAIN}/site/frankfurt`]);
    const one = pod(odd, id("frankfurt"));
    assert.match((await bySpiffe(folder, fleet.certPem, one, DOMAIN)) ?? "", /signing certificate's .* has a path/);
    assert.equal(await byOpenssl(folder, fleet.certPem, one), undefined);
    assert.equal(await byNode(fleet.certPem, other, one), undefined);
  });

  it("a constraint on URIs holds a site to a trust domain of its own, never to a path", async (test) => {
    const folder = temporaryFolder(test);
    const own = constrained(folder, fleet, frankfurt, `permitted;URI:frankfurt.${DOMAIN}`);
    const common = constrained(folder, fleet, frankfurt, `permitted;URI:${DOMAIN}`);
    const within = pod(own, id("frankfurt", `frankfurt.${DOMAIN}`));
    const beyond = pod(own, id("dublin", `dublin.${DOMAIN}`));
    const path = pod(common, id("dublin"));
    assert.equal(await byOpenssl(folder, fleet.certPem, within), undefined);
    assert.equal(await byNode(fleet.certPem, other, within), undefined);
    assert.match((await byOpenssl(folder, fleet.certPem, beyond)) ?? "", /permitted subtree violation/);
    assert.notEqual(await byNode(fleet.certPem, other, beyond), undefined);
    assert.equal(await byOpenssl(folder, fleet.certPem, path), undefined, "another's path passes");
    assert.equal(await byNode(fleet.certPem, other, path), undefined);
  });

  it("nothing constrains a common name, by which Cilium knows its users", async (test) => {
    const folder = temporaryFolder(test);
    const own = constrained(folder, fleet, frankfurt, `permitted;URI:frankfurt.${DOMAIN}`);
    assert.equal(await byOpenssl(folder, fleet.certPem, leaf(own, "admin-dublin", {}, true)), undefined);
  });

  it("Go's crypto/x509 says the same", { skip: GO ? false : "no go here" }, (test) => {
    const folder = temporaryFolder(test);
    const own = constrained(folder, fleet, frankfurt, `permitted;URI:frankfurt.${DOMAIN}`);
    const common = constrained(folder, fleet, frankfurt, `permitted;URI:${DOMAIN}`);
    const chains = [
      honest,
      liar,
      pod(own, id("frankfurt", `frankfurt.${DOMAIN}`)),
      pod(own, id("dublin", `dublin.${DOMAIN}`)),
      pod(common, id("dublin")),
    ];
    const answers = byGo(
      folder,
      chains.map(({ chainPem }) => ({ root: fleet.certPem, chain: chainPem })),
    );
    assert.deepEqual(
      answers.map((answer) => answer === ""),
      [true, true, true, false, true],
      answers.join("\n"),
    );
    assert.match(answers[3] ?? "", /URI.*not permitted|not permitted.*URI/i);
  });
});
