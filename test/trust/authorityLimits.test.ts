import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { authorityLimitProblems } from "../../lib/plan/trust/authorityLimits";
import { issuedProblems } from "../../lib/plan/trust/issued";
import type { CertificatePlan } from "../../lib/plan/trust/plan";
import { suppliedRootProblems } from "../../lib/plan/trust/supplied";
import { trustPlan } from "../../lib/plan/trust/trustPlan";
import { makeKey } from "../../rehearsal/clouds/tls/keys";
import { makeRequest, signRequest } from "../../rehearsal/clouds/tls/x509";
import { temporaryFolder } from "../support/folders";

const NO_OPENSSL = spawnSync("openssl", ["version"]).status === 0 ? false : "no openssl here";

const { sites } = trustPlan(
  { trustDomain: "shop.example.com", signers: ["certManager", "linkerd"] },
  [{ name: "oslo", number: 1, state: "active", kind: "existing", addresses: { mesh: ["192.0.2.7"] } }],
  255,
);
const { leaves, intermediates } = sites[0]!;
const server = leaves.find(({ role }) => role === "meshServer")!;
const client = leaves.find(({ role }) => role === "meshRemote")!;
const [certManager, linkerd] = intermediates as [CertificatePlan, CertificatePlan];

interface Authority {
  readonly certPem: string;
  readonly key: ReturnType<typeof createPrivateKey>;
  readonly file: string;
}

/** A root that OpenSSL makes, with extensions of its own; `sections` are what they refer to. */
function rootWith(test: TestContext, extensions: readonly string[], sections = ""): Authority {
  const folder = temporaryFolder(test);
  const [file, key, config] = [join(folder, "root.pem"), join(folder, "root.key"), join(folder, "root.conf")];
  writeFileSync(
    config,
    `[req]\ndistinguished_name = dn\nx509_extensions = ca\n[dn]\n[ca]\nbasicConstraints = critical, CA:TRUE\n${sections}`,
  );
  const own = extensions.flatMap((one) => ["-addext", one]);
  const usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout", key, "-out", file]
      .concat(["-days", "3650", "-subj", "/O=shop.example.com/CN=a corporate root"])
      .concat(["-config", config], usage, own),
    { stdio: "ignore" },
  );
  return { file, certPem: readFileSync(file, "utf8"), key: createPrivateKey(readFileSync(key)) };
}

function signed({ certPem, key }: Authority, asked: CertificatePlan): string {
  const names = { dnsNames: [...asked.dnsNames], ipAddresses: [...asked.ipAddresses], uris: [...asked.uris] };
  const request = makeRequest(makeKey("ECDSA", "P256", 0), { subject: { ...asked.subject }, ...names });
  const terms = {
    ...{ allowedUses: [...asked.uses], hours: asked.lifetimeHours, isCa: asked.isCa, maxPathLength: 0 },
    ...{ setSubjectKeyId: true, setAuthorityKeyId: true },
  };
  return signRequest(request, certPem, key, terms, new Date()).certPem;
}

/** Whether OpenSSL takes what an authority has signed. */
function isTaken(by: Authority, asked: CertificatePlan): boolean {
  const file = `${by.file}.signed`;
  writeFileSync(file, signed(by, asked));
  const purpose = asked.isCa ? [] : ["-purpose", asked.uses.includes("server_auth") ? "sslserver" : "sslclient"];
  return spawnSync("openssl", ["verify", ...purpose, "-CAfile", by.file, file]).status === 0;
}

const CASES: readonly (readonly [string, readonly string[], CertificatePlan, RegExp | undefined])[] = [
  ["no limit", [], server, undefined],
  [
    "names of a company only",
    ["nameConstraints=critical,permitted;DNS:corp.example.com"],
    server,
    /^permits DNS:corp\.example\.com only, and meshServer of oslo has DNS:clustermesh-apiserver\.kube-system\.svc: give/,
  ],
  ["names that a client has none of", ["nameConstraints=permitted;DNS:corp.example.com"], client, undefined],
  ["all of its names", ["nameConstraints=permitted;DNS:svc,permitted;DNS:mesh.cilium.io"], server, undefined],
  ["one of its names excluded", ["nameConstraints=excluded;DNS:cilium.io"], server, /^excludes DNS:cilium\.io, and/],
  ["other names excluded", ["nameConstraints=excluded;DNS:corp.example.com"], server, undefined],
  [
    "addresses excluded",
    ["nameConstraints=excluded;IP:0.0.0.0/0.0.0.0,excluded;IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0"],
    server,
    /^excludes IP:0\.0\.0\.0\/0, and meshServer of oslo has IP:127\.0\.0\.1/,
  ],
  [
    "addresses of one family",
    ["nameConstraints=permitted;IP:192.0.2.0/255.255.255.0,permitted;IP:127.0.0.0/255.0.0.0"],
    server,
    /^permits IP:192\.0\.2\.0\/24, IP:127\.0\.0\.0\/8 only, and meshServer of oslo has IP:::1/,
  ],
  ["its trust domain", ["nameConstraints=permitted;URI:shop.example.com"], certManager, undefined],
  ["hosts below its trust domain", ["nameConstraints=permitted;URI:.shop.example.com"], certManager, /^permits URI:/],
  ["hosts below its parent", ["nameConstraints=permitted;URI:.example.com"], certManager, undefined],
  ["another trust domain", ["nameConstraints=permitted;URI:other.example.com"], certManager, /^permits URI:other/],
  ["uses of servers, at a server", ["extendedKeyUsage=serverAuth"], server, undefined],
  ["uses of servers, at a client", ["extendedKeyUsage=serverAuth"], client, /^is good for .* server_auth only, and/],
  ["uses of both", ["extendedKeyUsage=serverAuth,clientAuth"], client, undefined],
  ["uses of e-mail", ["extendedKeyUsage=emailProtection"], server, /needs server_auth: give an authority without/],
  ["any use", ["extendedKeyUsage=anyExtendedKeyUsage"], server, /needs server_auth/],
];

describe("what an authority's certificate limits", { skip: NO_OPENSSL }, () => {
  for (const [what, extensions, asked, problem] of CASES) {
    it(`is told as OpenSSL verifies: ${what}`, (test) => {
      const by = rootWith(test, extensions);
      const problems = authorityLimitProblems(new X509Certificate(by.certPem), [asked]);
      assert.equal(problems.length > 0, problem !== undefined, problems.join("\n"));
      if (problem !== undefined) assert.match(problems[0]!, problem);
      assert.equal(isTaken(by, asked), problem === undefined, "OpenSSL says otherwise");
    });
  }

  it("names in its subject, by their order", (test) => {
    const limited = (name: string) => {
      const by = rootWith(test, ["nameConstraints=permitted;dirName:names"], `[names]\n${name}\n`);
      const problems = authorityLimitProblems(new X509Certificate(by.certPem), [client]);
      assert.equal(isTaken(by, client), problems.length === 0, "OpenSSL says otherwise");
      return problems;
    };
    assert.deepEqual(limited("O=shop.example.com"), []);
    assert.match(
      limited("O=corp")[0]!,
      /^permits subject:O=corp only, and meshRemote of oslo has subject:O=shop\.example\.com, CN=remote-oslo/,
    );
  });

  it("is judged of a root that is brought, of one that signs elsewhere, and of what Linkerd's issuer will sign", (test) => {
    const by = rootWith(test, ["nameConstraints=critical,permitted;DNS:corp.example.com"]);
    const supplied = suppliedRootProblems(by.certPem, undefined, new Date(Date.now() + 1000), {
      signs: [client, linkerd],
      isExchanged: false,
    });
    assert.deepEqual(supplied.length, 1);
    assert.match(
      supplied[0]!,
      /^certificate permits DNS:corp.* linkerd of oslo has DNS:identity\.linkerd\.cluster\.local/,
    );
    const root = new X509Certificate(by.certPem);
    const problems = issuedProblems({ asked: server, chain: signed(by, server), root, now: new Date() });
    assert.match(problems.join("\n"), /^O=shop\.example\.com, CN=a corporate root permits DNS:corp\.example\.com only/);
  });
});
