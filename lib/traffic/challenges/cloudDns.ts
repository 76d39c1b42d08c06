import { DnsManagedZoneIamMember, ManagedZone } from "@pulumi/gcp/dns";
import { WorkloadIdentityPool, WorkloadIdentityPoolProvider } from "@pulumi/gcp/iam";
import { IAMCustomRole } from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import { ACME_FILES, AUDIENCES, CERT_MANAGER_ACCOUNT, subjectOf } from "../../plan/gateway/acmeIdentity";
import type { Asker, ChallengeZone, Solver } from "./challenges";
import { randomDigits } from "./randomIds";

/** What cert-manager calls of Cloud DNS once it is told the zone (pkg/issuer/acme/dns/clouddns). */
const PERMISSIONS = [
  "dns.changes.create",
  "dns.changes.get",
  "dns.resourceRecordSets.create",
  "dns.resourceRecordSets.delete",
  "dns.resourceRecordSets.get",
  "dns.resourceRecordSets.list",
  "dns.resourceRecordSets.update",
];

/** A managed zone for the answers, and a pool of identities in which each site's pods are somebody by their own tokens. */
export function cloudDnsChallenges(
  name: string,
  project: string,
  askers: readonly Asker[],
  cloud: pulumi.CustomResourceOptions,
): ChallengeZone {
  const digits = randomDigits("acme", cloud.parent);
  const zone = new ManagedZone(
    "acme",
    {
      name: slug(name),
      dnsName: `${name}.`,
      visibility: "public",
      description: "Answers to an ACME authority",
      forceDestroy: true,
    },
    cloud,
  );
  const role = new IAMCustomRole(
    "acme",
    {
      roleId: pulumi.interpolate`${slug(name, 55).replaceAll("-", "_")}_${digits}`,
      title: `Answers for ${name}`.slice(0, 100),
      permissions: PERMISSIONS,
    },
    cloud,
  );
  const pool = new WorkloadIdentityPool(
    "acme",
    { workloadIdentityPoolId: pulumi.interpolate`${slug(name, 23)}-${digits}`, displayName: "ACME answers" },
    cloud,
  );
  const shared = { project, zone, role, pool };
  const solvers = askers.map((asker) => [asker.site, solver(asker, shared, cloud)] as const);
  return { nameServers: zone.nameServers, solvers: Object.fromEntries(solvers) };
}

interface Shared {
  readonly project: string;
  readonly zone: ManagedZone;
  readonly role: IAMCustomRole;
  readonly pool: WorkloadIdentityPool;
}

function solver(asker: Asker, { project, zone, role, pool }: Shared, cloud: pulumi.CustomResourceOptions): Solver {
  const key = `${asker.site}-acme`;
  const subject = subjectOf(CERT_MANAGER_ACCOUNT.name);
  const issuer = new WorkloadIdentityPoolProvider(
    key,
    {
      workloadIdentityPoolId: pool.workloadIdentityPoolId,
      // A site that is lost and comes back gets another.
      workloadIdentityPoolProviderId: pulumi.interpolate`site-${asker.number}-${randomDigits(key, cloud.parent)}`,
      attributeMapping: { "google.subject": `'${asker.site}:' + assertion.sub` },
      attributeCondition: `assertion.sub == '${subject}'`,
      oidc: { issuerUri: asker.tokenIssuer, allowedAudiences: [AUDIENCES.cloudDns] },
    },
    cloud,
  );
  const member = pulumi.interpolate`principal://iam.googleapis.com/${pool.name}/subject/${asker.site}:${subject}`;
  const allowed = new DnsManagedZoneIamMember(key, { managedZone: zone.name, role: role.name, member }, cloud);
  return {
    dns01: { cloudDNS: { project, hostedZoneName: zone.name } },
    google: issuer.name.apply(federated),
    ready: [allowed],
  };
}

/** Credentials that hold no secret: where a pod's token is, and who takes it (google.aip.dev/auth/4117). */
function federated(provider: string): string {
  return JSON.stringify({
    type: "external_account",
    audience: `//iam.googleapis.com/${provider}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: `${ACME_FILES.folder}/${ACME_FILES.token}` },
  });
}

/** A name as Google takes it: letters first, at most so many of letters, digits and "-". */
function slug(name: string, most = 63): string {
  return `acme-${name.replace(/^_acme-challenge\./, "").replaceAll(/[._]/g, "-")}`.slice(0, most).replace(/-+$/, "");
}
