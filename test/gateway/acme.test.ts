import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type RehearsedGateway, rehearsedGateway } from "../support/rehearsedGateway";

const SITES = ["frankfurt", "cellar"];
const sites = SITES.join(",");
const ZONE = "_acme-challenge.shop.example.com";

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, looked into by name
type Loose = any;

const solverOf = (fleet: RehearsedGateway, site: string): Loose =>
  (fleet.one("ClusterIssuer", `${site}-gateway-issuer`).inputs.spec as Loose).acme.solvers[0].dns01;

/** Every zone of the domain leads to the one zone that answers. */
function isDelegated(fleet: RehearsedGateway, nameServers: readonly string[]): void {
  const relative = (names: readonly string[]) => names.map((one) => one.replace(/\.$/, "")).sort();
  const wanted = relative(nameServers);
  const route53: Loose = fleet.one("aws:route53/record:Record", "acme").inputs;
  assert.deepEqual([route53.name, route53.type, relative(route53.records)], [ZONE, "NS", wanted]);
  const cloudDns: Loose = fleet.one("gcp:dns/recordSet:RecordSet", "acme").inputs;
  assert.deepEqual([cloudDns.name, cloudDns.type, relative(cloudDns.rrdatas)], [`${ZONE}.`, "NS", wanted]);
  const azure: Loose = fleet.one("azure-native:dns:RecordSet", "acme").inputs;
  assert.deepEqual([azure.relativeRecordSetName, azure.recordType], ["_acme-challenge.shop", "NS"]);
  assert.deepEqual(relative(azure.nsRecords.map(({ nsdname }: Loose) => nsdname)), wanted);
}

/** What holds at whichever service: each site asks for itself, as nobody but its own pods. */
function asksAlone(fleet: RehearsedGateway): void {
  for (const site of SITES) {
    const { spec, metadata }: Loose = fleet.one("Certificate", `${site}-gateway-certificate`).inputs;
    assert.deepEqual([metadata.namespace, spec.secretName], ["multisite-gateway", "public-certificate"]);
    assert.deepEqual([spec.dnsNames, spec.renewBeforePercentage], [["shop.example.com"], 33]);
    const { acme }: Loose = fleet.one("ClusterIssuer", `${site}-gateway-issuer`).inputs.spec;
    assert.equal(acme.privateKeySecretRef.name, "multisite-public", "an account of the site's own");
    assert.equal(acme.server, "https://acme-v02.api.letsencrypt.org/directory");
  }
  assert.deepEqual(fleet.again, []);
}

describe("certificates that each site gets by Route 53", () => {
  let fleet: RehearsedGateway;
  before(async () => {
    fleet = await rehearsedGateway({ sites, service: "route53" });
  });

  it("are asked for by each site alone", () => asksAlone(fleet));

  it("are answered for in a zone of its own, to which every zone leads", () =>
    isDelegated(fleet, fleet.one("aws:route53/zone:Zone", "acme").outputs.nameServers as string[]));

  it("need a role that only the site's account of that purpose takes, for TXT records of one name", () => {
    const zoneId = fleet.one("aws:route53/zone:Zone", "acme").outputs.zoneId;
    for (const site of SITES) {
      const role = fleet.one("aws:iam/role:Role", `${site}-acme`);
      const trust: Loose = JSON.parse(role.inputs.assumeRolePolicy as string).Statement[0];
      assert.equal(trust.Action, "sts:AssumeRoleWithWebIdentity");
      const conditions = Object.entries(trust.Condition.StringEquals);
      assert.ok(conditions.some(([key, value]) => key.endsWith(":aud") && value === "sts.amazonaws.com"));
      assert.ok(
        conditions.some(
          ([key, value]) => key.endsWith(":sub") && value === "system:serviceaccount:cert-manager:multisite-acme",
        ),
      );
      const { Statement }: Loose = JSON.parse(
        fleet.one("aws:iam/rolePolicy:RolePolicy", `${site}-acme`).inputs.policy as string,
      );
      const change = Statement.find(({ Action }: Loose) => Action === "route53:ChangeResourceRecordSets");
      assert.equal(change.Resource, `arn:aws:route53:::hostedzone/${zoneId}`);
      assert.deepEqual(change.Condition["ForAllValues:StringEquals"], {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [ZONE],
        "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
      });
      const { route53 } = solverOf(fleet, site);
      assert.deepEqual([route53.hostedZoneID, route53.role], [zoneId, role.outputs.arn]);
      assert.equal(route53.region, site === "frankfurt" ? "eu-central-1" : "us-east-1");
      assert.equal(route53.auth.kubernetes.serviceAccountRef.name, "multisite-acme");
      const [rule]: Loose[] = fleet.one("rbac.authorization.k8s.io/v1:Role", `${site}-gateway-acme`).inputs
        .rules as Loose;
      assert.deepEqual(
        [rule.resources, rule.resourceNames, rule.verbs],
        [["serviceaccounts/token"], ["multisite-acme"], ["create"]],
      );
    }
    const issuers = new Set(SITES.map((site) => fleet.one("OpenIdConnectProvider", `${site}-acme`).inputs.url));
    assert.equal(issuers.size, 2, "tokens of one site are nobody's of another");
  });

  it("need cert-manager, which comes with the gateway, and only once where the site's trust brings it", async () => {
    assert.equal(fleet.all("Release").filter(({ inputs }) => inputs.chart === "cert-manager").length, 2);
    const trusted = await rehearsedGateway({ sites, service: "cloudDns", trust: "yes" }, "gateway", false);
    const releases = trusted.all("Release").filter(({ inputs }) => inputs.chart === "cert-manager");
    assert.deepEqual(releases.map(({ name }) => name).sort(), SITES.map((site) => `${site}-cert-manager`).sort());
    for (const { inputs } of releases) assert.match(JSON.stringify(inputs.values), /GOOGLE_APPLICATION_CREDENTIALS/);
  });
});

describe("certificates that each site gets by Cloud DNS", () => {
  it("are answered for by an identity of each site's own pods, without a key", async () => {
    const fleet = await rehearsedGateway({ sites, service: "cloudDns" });
    asksAlone(fleet);
    const zone = fleet.one("gcp:dns/managedZone:ManagedZone", "acme");
    isDelegated(fleet, zone.outputs.nameServers as string[]);
    const members = SITES.map((site) => {
      const allowed: Loose = fleet.one("DnsManagedZoneIamMember", `${site}-acme`).inputs;
      assert.equal(allowed.managedZone, zone.outputs.name);
      const { oidc, attributeCondition }: Loose = fleet.one("WorkloadIdentityPoolProvider", `${site}-acme`).inputs;
      assert.deepEqual(oidc.allowedAudiences, ["multisite-acme"]);
      assert.match(attributeCondition, /'system:serviceaccount:cert-manager:cert-manager'/);
      assert.deepEqual(solverOf(fleet, site), {
        cloudDNS: { project: "shop-production", hostedZoneName: zone.outputs.name },
      });
      const { data, metadata }: Loose = fleet.one("ConfigMap", `${site}-gateway-google`).inputs;
      assert.equal(metadata.name, "multisite-acme-google");
      const { type, audience, credential_source } = JSON.parse(data["google.json"]);
      assert.deepEqual([type, credential_source.file], ["external_account", "/var/run/multisite/acme/token"]);
      assert.match(
        audience,
        /^\/\/iam\.googleapis\.com\/projects\/.+\/workloadIdentityPools\/.+\/providers\/site-\d-[0-9a-f]{8}$/,
      );
      return allowed.member as string;
    });
    members.forEach((member, index) => {
      assert.match(member, new RegExp(`/subject/${SITES[index]}:system:serviceaccount:cert-manager:cert-manager$`));
    });
    const { permissions }: Loose = fleet.one("IAMCustomRole", "acme").inputs;
    assert.ok((permissions as string[]).every((one) => /^dns\.(changes|resourceRecordSets)\./.test(one)));
  });
});

describe("certificates that each site gets by Azure DNS", () => {
  it("are answered for by an identity of each site's own pods, without a key", async () => {
    const fleet = await rehearsedGateway({ sites, service: "trafficManager" });
    asksAlone(fleet);
    const zone = fleet.one("azure-native:dns:Zone", "acme");
    isDelegated(fleet, zone.outputs.nameServers as string[]);
    for (const site of SITES) {
      const identity = fleet.one("UserAssignedIdentity", `${site}-acme`);
      const { subject, audiences }: Loose = fleet.one("FederatedIdentityCredential", `${site}-acme`).inputs;
      assert.deepEqual(
        [subject, audiences],
        ["system:serviceaccount:cert-manager:cert-manager", ["api://AzureADTokenExchange"]],
      );
      const { scope, principalId }: Loose = fleet.one("RoleAssignment", `${site}-acme`).inputs;
      assert.deepEqual([scope, principalId], [zone.id, identity.outputs.principalId]);
      const { azureDNS } = solverOf(fleet, site);
      assert.deepEqual([azureDNS.hostedZoneName, azureDNS.managedIdentity.clientID], [ZONE, identity.outputs.clientId]);
    }
    const { values }: Loose = fleet.one("Release", "frankfurt-gateway-cert-manager").inputs;
    assert.match(JSON.stringify(values), /AZURE_FEDERATED_TOKEN_FILE/);
  });
});
