const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");
const tls = require("@pulumi/tls");
const { awsPrivateCa } = require("pulumi-multisite/aws");
const { googleCas } = require("pulumi-multisite/gcp");
const { fleetPlan } = require("pulumi-multisite/plan");
const { offlineSigner, suppliedSigner, Trust } = require("pulumi-multisite/trust");

const config = new pulumi.Config();
/** Where peers look for the mesh API of oslo; what a person has signed stays as it is. */
const address = (keeper) => (keeper !== "offline" && config.get("address")) || "198.51.100.1";
/** What a team brings, and what came back from whoever signs by hand; the folder is the test's. */
const folder = config.require("folder");
const text = (name) => readFileSync(join(folder, name), "utf8");
const signed = join(folder, "signed");
const certificates = Object.fromEntries(
  (existsSync(signed) ? readdirSync(signed) : []).map((file) => [file.replace(/\.pem$/, ""), text(`signed/${file}`)]),
);

const arn = "arn:aws:acm-pca:eu-north-1:111122223333:certificate-authority/11111111-2222-4333-8444-555555555555";
const caPool = (name) => `projects/shop-trust/locations/europe-north1/caPools/${name}`;
const roots = {
  instate: { keeper: "state" },
  brought: { keeper: "supplied" },
  offline: { keeper: "offline" },
  awsgiven: { keeper: "awsPrivateCa", authorityArn: arn },
  awsmade: { keeper: "awsPrivateCa", account: "111122223333", region: "eu-north-1" },
  casgiven: { keeper: "googleCas", caPool: caPool("existing"), authority: "root" },
  casmade: { keeper: "googleCas", caPool: caPool("shop") },
};
const signers = {
  brought: suppliedSigner({ certificate: text("brought.pem"), key: pulumi.secret(text("brought.key")) }),
  offline: offlineSigner({ root: text("offline.pem"), certificates }),
  awsgiven: awsPrivateCa(),
  awsmade: awsPrivateCa(),
  casgiven: googleCas(),
  casmade: googleCas(),
};

const site = (name, number, address) => ({
  ...{ kind: "existing", name, number, provider: "vsphere", region: name, identity: name },
  allocatable: { cpu: 32, memoryGiB: 128, pods: 880, nodes: 8, verifiedAt: "2026-11-01" },
  cidrs: {
    nodes: [`192.168.${number}.0/24`],
    pods: [`172.2${number}.0.0/16`],
    services: [`192.168.10${number}.0/24`],
  },
  endpoints: { mesh: [address] },
});

const provider = new tls.Provider("tls");
for (const [name, root] of Object.entries(roots)) {
  const trust = {
    trustDomain: "shop.example.com",
    rotation: { revision: 0, generations: [{ name, state: "active" }] },
    roots: { [name]: root },
    signers: ["certManager", "istio", "linkerd"],
    hubble: false,
  };
  const sites = [site("oslo", 1, address(root.keeper)), site("bergen", 2, "198.51.100.2")];
  const plan = fleetPlan({ demand: { cpu: 4, memoryGiB: 8, pods: 20 }, sites, trust }).trust;
  const made = new Trust(name, { plan, signers: signers[name] && { [name]: signers[name] } }, { provider });
  exports[name] = made.exports;
  exports[`${name}-requests`] = made.requests;
}
