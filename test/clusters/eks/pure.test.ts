import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { userData } from "../../../lib/clusters/eks/userData";
import { dnsSuffix, managedPolicyArn, partition } from "../../../lib/plan/awsPartition";

test("user data is MIME whose only part is a NodeConfig with the pool's maximum of pods", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 250 }), (maximumPods) => {
      const text = Buffer.from(userData(maximumPods), "base64").toString("utf8");
      const boundary = /^Content-Type: multipart\/mixed; boundary="(.+)"$/m.exec(text)?.[1];
      const [preamble, part, end, ...rest] = text.split(`--${boundary}`);
      assert.match(preamble ?? "", /^MIME-Version: 1\.0\n/);
      assert.deepEqual([end, rest], ["--\n", []]);
      const [headers = "", body = ""] = (part ?? "").split("\n\n");
      assert.equal(headers.trim(), "Content-Type: application/node.eks.aws");
      assert.deepEqual(parse(body), {
        apiVersion: "node.eks.aws/v1alpha1",
        kind: "NodeConfig",
        spec: { kubelet: { config: { maxPods: maximumPods } } },
      });
    }),
  );
});

test("ARNs and services of the three partitions", () => {
  const rows = [
    ["eu-central-1", "aws", "amazonaws.com"],
    ["cn-northwest-1", "aws-cn", "amazonaws.com.cn"],
    ["us-gov-east-1", "aws-us-gov", "amazonaws.com"],
  ] as const;
  for (const [region, part, suffix] of rows) {
    assert.equal(partition(region), part);
    assert.equal(dnsSuffix(region), suffix);
    assert.equal(managedPolicyArn(region, "service-role/X"), `arn:${part}:iam::aws:policy/service-role/X`);
  }
});
