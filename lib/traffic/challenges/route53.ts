import { OpenIdConnectProvider, Role, RolePolicy } from "@pulumi/aws/iam";
import { Zone } from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import { AUDIENCES, ROUTE53_ACCOUNT, subjectOf } from "../../plan/gateway/acmeIdentity";
import type { Asker, ChallengeZone, Solver } from "./challenges";

/** Where sites outside of AWS are given credentials; a day without it costs nothing, since renewal begins weeks before. */
const ELSEWHERE = "us-east-1";

/** A hosted zone for the answers, and for each site a role that its pods take by their own tokens. */
export function route53Challenges(
  name: string,
  askers: readonly Asker[],
  cloud: pulumi.CustomResourceOptions,
): ChallengeZone {
  const zone = new Zone("acme", { name, comment: "Answers to an ACME authority", forceDestroy: true }, cloud);
  const solvers = askers.map((asker) => [asker.site, solver(asker, name, zone, cloud)] as const);
  return { nameServers: zone.nameServers, solvers: Object.fromEntries(solvers) };
}

function solver(
  { site, awsRegion, tokenIssuer }: Asker,
  name: string,
  zone: Zone,
  cloud: pulumi.CustomResourceOptions,
): Solver {
  const key = `${site}-acme`;
  const issuer = new OpenIdConnectProvider(key, { url: tokenIssuer, clientIdLists: [AUDIENCES.route53] }, cloud);
  const trust = pulumi.all([issuer.arn, issuer.url]).apply(([arn, url]) => {
    const who = url.replace(/^https:\/\//, "");
    const condition = { [`${who}:aud`]: AUDIENCES.route53, [`${who}:sub`]: subjectOf(ROUTE53_ACCOUNT) };
    return document("sts:AssumeRoleWithWebIdentity", {
      Principal: { Federated: arn },
      Condition: { StringEquals: condition },
    });
  });
  const role = new Role(key, { assumeRolePolicy: trust, description: `Answers for ${name} in site ${site}` }, cloud);
  const policy = new RolePolicy(key, { role: role.name, policy: zone.zoneId.apply((id) => allowed(id, name)) }, cloud);
  const auth = { kubernetes: { serviceAccountRef: { name: ROUTE53_ACCOUNT } } };
  return {
    dns01: { route53: { region: awsRegion ?? ELSEWHERE, hostedZoneID: zone.zoneId, role: role.arn, auth } },
    ready: [policy],
  };
}

/** TXT records of the one name, and whether a change of them has arrived. Each site removes only what it has put there. */
function allowed(zoneId: string, name: string): string {
  const zone = `arn:aws:route53:::hostedzone/${zoneId}`;
  const only = {
    "route53:ChangeResourceRecordSetsNormalizedRecordNames": [name],
    "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
  };
  return document(
    "route53:ChangeResourceRecordSets",
    { Resource: zone, Condition: { "ForAllValues:StringEquals": only } },
    { Action: "route53:ListResourceRecordSets", Resource: zone },
    { Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
  );
}

function document(action: string, ...statements: readonly object[]): string {
  const Statement = statements.map((one) => ({ Effect: "Allow", Action: action, ...one }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
