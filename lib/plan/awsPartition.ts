/**
 * AWS's partition of a region, the second part of every ARN in it. Derived from the name of the region, as the AWS SDKs
 * do, so that no call is needed for it: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export function partition(region: string): "aws" | "aws-cn" | "aws-us-gov" {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

/** Suffix of the names of AWS's services in a region, such as that of EC2 as a principal. */
export function dnsSuffix(region: string): "amazonaws.com" | "amazonaws.com.cn" {
  return partition(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/** ARN of a policy that AWS manages, by its path and name. */
export function managedPolicyArn(region: string, name: string): string {
  return `arn:${partition(region)}:iam::aws:policy/${name}`;
}
