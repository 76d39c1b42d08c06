import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ReachedSite, recordData, TRUST_RECORD } from "../../lib/plan/trustPhases";
import { collect } from "../../rehearsal/trust/collect";
import type { Held, SiteReader } from "../../rehearsal/trust/reader";
import { type Identity, intermediate, leaf, root, sha256 } from "./certificates";

const g1 = root("shop root g1");

/** A site that holds the given objects, by `Kind namespace/name`, and lists the given Secrets as cert-manager's. */
function holding(
  objects: { readonly [where: string]: { readonly [key: string]: string } },
  issued: readonly Held[] = [],
): SiteReader {
  return {
    held: async (kind, namespace, name) => {
      const data = objects[`${kind} ${namespace}/${name}`];
      return data && { namespace, name, data, writtenAt: "2026-11-20T10:00:00.000Z" };
    },
    labelled: async (kind) => (kind === "Secret" ? [...issued] : []),
    rolled: async () => undefined,
  };
}

const RECORD = {
  [`ConfigMap ${TRUST_RECORD.namespace}/${TRUST_RECORD.name}`]: recordData({
    revision: 7,
    generations: { g1: sha256(g1.certPem) },
    bundles: ["kube-system/ConfigMap/roots/ca.crt"],
    leaves: ["kube-system/server"],
    consumers: [],
  }),
  "ConfigMap kube-system/roots": { "ca.crt": g1.certPem },
};

function secret(name: string, { chainPem }: Identity): Held {
  return { namespace: "shop", name, data: { "tls.crt": chainPem }, writtenAt: undefined };
}

async function seen(reader: SiteReader): Promise<ReachedSite> {
  const facts = await collect([{ name: "eu", reader: async () => reader }], 5, new AbortController().signal);
  const site = facts.sites.eu;
  assert.ok(site?.reached, JSON.stringify(site));
  return site;
}

describe("what is read of a site", () => {
  it("is what its record lists, what cert-manager issued from the fleet's roots, and Istio's issuer", async () => {
    const issuer = intermediate(g1, "istio eu");
    const chained = { ...issuer, chainPem: issuer.certPem + g1.certPem };
    const site = await seen(
      holding(
        {
          ...RECORD,
          "Secret kube-system/server": { "tls.crt": leaf(g1, "server").chainPem },
          "Secret istio-system/cacerts": { "cert-chain.pem": chained.chainPem },
        },
        [secret("api", leaf(chained, "api", {}, true)), secret("public", leaf(root("a public authority"), "www"))],
      ),
    );
    assert.equal(site.revision, 7);
    assert.deepEqual(
      site.leaves.map(({ where, generation, isIssuer }) => [where, generation, isIssuer]),
      [
        ["kube-system/server", "g1", false],
        ["shop/api", "g1", false],
        ["istio-system/cacerts", "g1", true],
      ],
    );
  });

  it("a listed certificate of a foreign root of the same name chains to nothing", async () => {
    const foreign = leaf(root("shop root g1"), "server");
    const site = await seen(holding({ ...RECORD, "Secret kube-system/server": { "tls.crt": foreign.chainPem } }));
    assert.deepEqual(
      site.leaves.map(({ generation }) => generation),
      [undefined],
    );
  });

  it("a record that is none says nothing: no revision, no bundle", async () => {
    for (const text of [
      "",
      "{",
      "[]",
      `{"revision":"7"}`,
      `{"revision":1,"generations":{},"bundles":["x"],"leaves":[],"consumers":[]}`,
    ]) {
      const where = `ConfigMap ${TRUST_RECORD.namespace}/${TRUST_RECORD.name}`;
      const site = await seen(holding({ [where]: { [TRUST_RECORD.key]: text } }));
      assert.deepEqual([site.revision, site.bundles, site.leaves], [undefined, [], []]);
    }
  });

  it("a site that throws is a fact, and its message is one line", async () => {
    const reader = async (): Promise<SiteReader> => {
      throw Object.assign(new Error("first line\nsecond line"), {});
    };
    const { sites } = await collect([{ name: "eu", reader }], 5, new AbortController().signal);
    assert.deepEqual([sites.eu?.reached, sites.eu?.reached === false && sites.eu.reason], [false, "first line"]);
  });
});
