import { Role, RolePolicyAttachment } from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { managedPolicyArn } from "../../plan/awsPartition";
import type { SitePlan } from "../../plan/plan";
import { named } from "./tags";

/** A role and the policies without which it is worth nothing: what uses the role waits for both. */
export interface RoleWithPolicies {
  readonly role: Role;
  readonly attachments: readonly RolePolicyAttachment[];
}

/** What a role is made of. */
export interface RoleArgs {
  /** Word for its name, unique among the roles of a site. */
  readonly word: string;
  /** Service that may assume it, such as `eks.amazonaws.com`. */
  readonly service: string;
  /** What the service may do to assume it. EKS Pod Identity also tags the session, by which policies tell pods apart. */
  readonly actions: readonly ("sts:AssumeRole" | "sts:TagSession")[];
  /** Paths and names of policies that AWS manages. */
  readonly policies: readonly string[];
}

/** A role for one service, with policies of AWS's own and nothing else. */
export function role(site: SitePlan, args: RoleArgs, cloud: pulumi.CustomResourceOptions): RoleWithPolicies {
  const name = `${site.name}-${args.word}`;
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: args.service }, Action: args.actions }],
  };
  const made = new Role(name, { assumeRolePolicy: JSON.stringify(trust), tags: named(site, args.word) }, cloud);
  const attachments = args.policies.map(
    (policy) =>
      new RolePolicyAttachment(
        `${name}-${policy.slice(policy.lastIndexOf("/") + 1)}`,
        { role: made.name, policyArn: managedPolicyArn(site.region, policy) },
        cloud,
      ),
  );
  return { role: made, attachments };
}
