import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Key } from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { partition } from "../../plan/awsPartition";
import type { SitePlan } from "../../plan/plan";
import { type SiteContext, specOf } from "../cluster";
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
    // A number of days that CloudWatch offers: the spec's own check has seen to it.
    { name, retentionInDays: site.auditLogDays, kmsKeyId: logsKey.arn, tags: named(site, "audit") },
    // Who did what is asked after an accident, which must not have taken the answer with it.
    pulumi.mergeOptions(cloud, { protect: true }),
  );
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
