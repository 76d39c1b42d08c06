import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";
const GOOGLE = "gcp:secretmanager/secret:Secret";
const GOOGLE_VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const GROUP = "azure-native:resources:ResourceGroup";
const VAULT = "azure-native:keyvault:Vault";
const VAULT_SECRET = "azure-native:keyvault:Secret";

const aws = () => Bench.open("aws", { region: "eu-north-1", allowedAccountIds: ["111122223333"] });
const google = () => Bench.open("gcp", { project: "shop-trust", region: "europe-north1" });
const azure = () => Bench.open("azure-native", { location: "swedencentral" });

async function read(bench: Bench, token: string, args: Properties): Promise<Properties> {
  const { result, failures } = await bench.provider.invoke({ token, args, preview: false });
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join());
  return result;
}

describe("AWS Secrets Manager", () => {
  const token = "aws:secretsmanager/getSecretVersion:getSecretVersion";

  it("answers with the newest version, by ARN, by an ARN without its end, and by name", async () => {
    const bench = await aws();
    const secret = await bench.make(SECRET, { name: "multisite/shop/oslo/trust" });
    assert.match(
      secret.out("arn"),
      /^arn:aws:secretsmanager:eu-north-1:111122223333:secret:multisite\/shop\/oslo\/trust-\w{6}$/,
    );
    await assert.rejects(read(bench, token, { secretId: secret.id }), /can't find the specified secret/);
    await bench.make(VERSION, { secretId: secret.id, secretString: "one" });
    await bench.make(VERSION, { secretId: secret.id, secretString: "two" });
    for (const secretId of [secret.id, secret.id.slice(0, -7), "multisite/shop/oslo/trust"]) {
      assert.equal((await read(bench, token, { secretId })).secretString, "two", secretId);
    }
    await assert.rejects(read(bench, token, { secretId: "multisite/shop/bergen/trust" }), /ResourceNotFoundException/);
  });

  it("answers another account by ARN, and by no name", async () => {
    const bench = await aws();
    const secret = await bench.make(SECRET, { name: "multisite/shop/oslo/trust" });
    await bench.make(VERSION, { secretId: secret.id, secretString: "one" });
    const assumeRoles = [{ roleArn: "arn:aws:iam::444455556666:role/oslo" }];
    const other = await Bench.in(bench.source, "aws", { region: "eu-west-1", assumeRoles });
    for (const secretId of [secret.id, secret.id.slice(0, -7)]) {
      assert.equal((await read(other, token, { secretId })).secretString, "one", secretId);
    }
    await assert.rejects(read(other, token, { secretId: "multisite/shop/oslo/trust" }), /ResourceNotFoundException/);
  });

  it("refuses names, windows, sizes and public policies, and a name that is scheduled for deletion", async () => {
    const bench = await aws();
    assert.match(await bench.refusal(SECRET, { name: "a b" }), /name: must be 1 to 512 letters/);
    assert.match(
      await bench.refusal(SECRET, { name: "a", recoveryWindowInDays: 3 }),
      /must be 0, or from 7 to 30 days/,
    );
    const secret = await bench.make(SECRET, { name: "a" });
    const long = { secretId: secret.id, secretString: "x".repeat(65_537) };
    assert.match(await bench.refusal(VERSION, long), /secretString: must be 65536 bytes at most/);
    assert.match(await bench.refusal(VERSION, { secretId: secret.id }), /exactly one of secretString, secretBinary/);
    const open = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
    };
    const policy = { secretArn: secret.id, policy: JSON.stringify(open), blockPublicPolicy: true };
    assert.match(await bench.refusal(POLICY, policy), /allows everybody.*PublicPolicyException/);
    await bench.remove(secret);
    assert.match(
      await bench.refusal(SECRET, { name: "a" }),
      /scheduled for deletion for 30 days.*InvalidRequestException/,
    );
    const brief = await bench.make(SECRET, { name: "b", recoveryWindowInDays: 0 });
    await bench.remove(brief);
    await bench.make(SECRET, { name: "b" });
  });
});

describe("Google Secret Manager", () => {
  it("answers with the newest version, and refuses names, places, sizes and deletions under protection", async () => {
    const bench = await google();
    const replication = (location: string) => ({ userManaged: { replicas: [{ location }] } });
    const good = { secretId: "multisite-oslo", replication: replication("europe-north1"), deletionProtection: true };
    const secret = await bench.make(GOOGLE, good);
    await bench.make(GOOGLE_VERSION, { secret: secret.id, secretData: "one" });
    await bench.make(GOOGLE_VERSION, { secret: secret.id, secretData: "two" });
    const token = "gcp:secretmanager/getSecretVersion:getSecretVersion";
    for (const name of ["multisite-oslo", secret.id]) {
      assert.equal((await read(bench, token, { secret: name })).secretData, "two", name);
    }
    await assert.rejects(read(bench, token, { secret: "multisite-bergen" }), /not found/);
    assert.match(await bench.refusal(GOOGLE, { ...good, secretId: "a/b" }), /secretId: must be 1 to 255 letters/);
    assert.match(
      await bench.refusal(GOOGLE, { ...good, secretId: "c", replication: replication("nowhere") }),
      /must be a region of Google Cloud/,
    );
    assert.match(
      await bench.refusal(GOOGLE, { ...good, secretId: "c", replication: {} }),
      /exactly one of replication.auto/,
    );
    const long = { secret: secret.id, secretData: "x".repeat(65_537) };
    assert.match(await bench.refusal(GOOGLE_VERSION, long), /must be 65536 bytes at most/);
    await assert.rejects(bench.remove(secret), /deletionProtection is on/);
  });
});

describe("Azure Key Vault", () => {
  it("keeps the names of what is deleted, and refuses sizes and names", async () => {
    const bench = await azure();
    await bench.make(GROUP, { resourceGroupName: "trust" });
    const properties = {
      tenantId: "00000000-1111-4222-8333-444444444444",
      sku: { family: "A", name: "premium" },
      enableRbacAuthorization: true,
    };
    const vault = { resourceGroupName: "trust", vaultName: "shop-trust", properties };
    const made = await bench.make(VAULT, vault);
    const one = { resourceGroupName: "trust", vaultName: "shop-trust", secretName: "oslo", properties: { value: "x" } };
    const secret = await bench.make(VAULT_SECRET, one);
    const scope = { scope: secret.id, principalId: properties.tenantId, principalType: "ServicePrincipal" };
    const definition = "4633458b-17de-408a-875b-0445c86b69e6";
    const roleDefinitionId = `/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/${definition}`;
    const grant = "azure-native:authorization:RoleAssignment";
    await bench.make(grant, { ...scope, roleDefinitionId });
    assert.match(
      await bench.refusal(VAULT_SECRET, { ...one, secretName: "a_b" }),
      /secretName: must be 1 to 127 letters/,
    );
    const long = { ...one, secretName: "long", properties: { value: "x".repeat(25_601) } };
    assert.match(await bench.refusal(VAULT_SECRET, long), /must be 25600 bytes at most/);
    await bench.remove(secret);
    assert.match(
      await bench.refusal(VAULT_SECRET, one),
      /a secret of the name "oslo" is deleted.*ObjectIsDeletedButRecoverable/,
    );
    await bench.remove(made);
    assert.match(await bench.refusal(VAULT, vault), /a vault of the name "shop-trust" is deleted/);
  });
});
