import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Key } from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { type SiteContext, specOf } from "../cluster";
import { partition } from "./partition";
import { named } from "./tags";

/** A key of the site's own that encrypts its Kubernetes secrets. It cannot be exchanged for another later. */
export function secretsKey({ site, cloud }: SiteContext): Key {
  return key(site, "secrets", [accountStatement(site)], cloud);
}

/**
 * The log group of the control plane, made before the cluster: EKS would make one that keeps everything for ever. Its
 * key is the site's own, and CloudWatch may use it for this group alone.
 */
export function auditLog({ site, cloud }: SiteContext): LogGroup {
  const name = `/aws/eks/${site.name}/cluster`;
  const logsKey = key(site, "logs", [accountStatement(site), logsStatement(site, name)], cloud);
  return new LogGroup(
    site.name,
    { name, retentionInDays: retentionDays(site.auditLogDays), kmsKeyId: logsKey.arn, tags: named(site, "audit") },
    cloud,
  );
}

/**
 * CloudWatch keeps logs for one of these numbers of days only; 0 would be for ever.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html (2026-11)
 */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The shortest retention that CloudWatch offers and that keeps logs for at least `days` days, at most ten years. */
export function retentionDays(days: number): number {
  return RETENTION_DAYS.find((offered) => offered >= days) ?? RETENTION_DAYS.at(-1)!;
}

type Statement = Readonly<Record<string, unknown>>;

function key(site: SitePlan, word: string, statements: readonly Statement[], cloud: pulumi.CustomResourceOptions): Key {
  return new Key(
    `${site.name}-${word}`,
    {
      description: `${word} of the Kubernetes cluster ${site.name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
      tags: named(site, word),
    },
    // Without the key nothing that it encrypted can be read again.
    pulumi.mergeOptions(cloud, { protect: true }),
  );
}

/** The account itself decides by IAM who may use the key; without this statement nobody could change the policy again. */
function accountStatement(site: SitePlan): Statement {
  const { account } = specOf(site, "eks");
  return {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: `arn:${partition(site.region)}:iam::${account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html, step 2 */
function logsStatement(site: SitePlan, group: string): Statement {
  const { account } = specOf(site, "eks");
  const arn = `arn:${partition(site.region)}:logs:${site.region}:${account}:log-group:${group}`;
  return {
    Sid: "Logs",
    Effect: "Allow",
    Principal: { Service: `logs.${site.region}.amazonaws.com` },
    Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    Resource: "*",
    Condition: { ArnEquals: { "kms:EncryptionContext:aws:logs:arn": arn } },
  };
}
