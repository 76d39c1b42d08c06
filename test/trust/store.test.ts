import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type PolicyDocument, stateKeyPolicy } from "../../lib/plan/trust/storePolicies";
import type { ExportedSite } from "../../lib/trust/exports";
import { simulatedClouds } from "../../rehearsal/clouds";
import { plain } from "../../rehearsal/clouds/wire";
import { openSession, resourcesOf, type Session } from "../../rehearsal/engine";
import { passphraseCrypter } from "../../rehearsal/engine/crypter";
import type { ResourceState } from "../../rehearsal/engine/state";
import { isAllowed } from "./access";

const PROGRAM = join(__dirname, "../programs/store");
const SITES = ["oslo", "bergen", "turku"] as const;
const ACCOUNT = "111122223333";
const guid = (digit: string) => `${digit.repeat(8)}-1111-4222-8333-444444444444`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const WRITER = role("trust-stack");
const per = (reader: (site: string, index: number) => string) =>
  Object.fromEntries(SITES.map((site, index) => [site, reader(site, index)]));

const STORES = {
  aws: { kind: "awsSecretsManager", region: "eu-north-1", owner: ACCOUNT, writer: WRITER, readers: per(role) },
  gcp: {
    ...{ kind: "googleSecretManager", region: "europe-north1", owner: "shop-trust" },
    readers: per((site) => `${site}@shop-trust.iam.gserviceaccount.com`),
  },
  azure: {
    ...{ kind: "azureKeyVault", region: "swedencentral", owner: guid("a"), tenant: guid("b") },
    ...{ vault: "shop-trust", resourceGroup: "trust", readers: per((_, index) => guid(String(index + 1))) },
  },
} as const;
type Cloud = keyof typeof STORES;

const sessions: Session[] = [];
const clouds = simulatedClouds({ moduleRoots: [PROGRAM] });

/** Runs one stack with a passphrase of its own; all stacks meet the same clouds. */
async function stack(cloud: Cloud, part: string): Promise<Session> {
  const session = await openSession({
    policyPacks: [{ dir: join(__dirname, "../../dist/policy") }],
    ...{ projectDir: PROGRAM, sources: [clouds], stack: `${cloud}-${part}`, passphrase: `passphrase of ${part}` },
    config: { cloud, part, store: JSON.stringify(STORES[cloud]) },
  });
  sessions.push(session);
  const { exit, diagnostics } = await session.up();
  assert.equal(exit, 0, JSON.stringify(diagnostics));
  return session;
}

const trust = {} as Record<Cloud, Session>;
/** A site's stack for each store that a program can read; the clusters of all are in one world. */
const READERS = { aws: "oslo", gcp: "bergen" } as const;
const reading = {} as Record<keyof typeof READERS, Session>;
before(async () => {
  for (const cloud of ["aws", "gcp", "azure"] as const) trust[cloud] = await stack(cloud, "trust");
  for (const cloud of ["aws", "gcp"] as const) reading[cloud] = await stack(cloud, READERS[cloud]);
});
after(async () => {
  for (const session of sessions) await session.close();
});

function ofType(session: Session, type: string): ResourceState[] {
  return resourcesOf(session).filter((one) => one.type === type);
}

/** Inputs of a stack's resource in clear. */
function inputs(session: Session, type: string, name: string): { readonly [property: string]: unknown } {
  const found = ofType(session, type).find(({ urn }) => urn.endsWith(`::${name}`));
  assert.ok(found, `${type} ${name}`);
  return plain(found.inputs) as { [property: string]: unknown };
}

function keysIn(text: string): string[] {
  return text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END/gs) ?? [];
}

/** What a site's stack holds, in clear and with escaped line breaks made plain. */
function clear(session: Session): string {
  return JSON.stringify(resourcesOf(session).map(({ inputs, outputs }) => plain([inputs, outputs]))).replace(
    /\\+n/g,
    "\n",
  );
}

function entry(cloud: Cloud, site: string): string {
  const [type, at] = {
    aws: ["aws:secretsmanager/secretVersion:SecretVersion", "secretString"],
    gcp: ["gcp:secretmanager/secretVersion:SecretVersion", "secretData"],
    azure: ["azure-native:keyvault:Secret", "properties"],
  }[cloud] as [string, string];
  const found = inputs(trust[cloud], type, `${site}-trust`)[at];
  return typeof found === "string" ? found : (found as { value: string }).value;
}

describe("a store outside all sites", () => {
  for (const cloud of ["aws", "gcp", "azure"] as const) {
    it(`${cloud}: has one entry per site with its own keys, none of a root, and the stack exports nothing`, () => {
      const texts = SITES.map((site) => entry(cloud, site));
      const all = texts.flatMap((text) => {
        const { pairs } = JSON.parse(text) as ExportedSite;
        return Object.values(pairs).map(({ key }) => key);
      });
      assert.equal(new Set(all).size, SITES.length * (6 + 1), "leaves and one intermediate each");
      const [root] = ofType(trust[cloud], "tls:index/privateKey:PrivateKey").filter(({ urn }) =>
        urn.endsWith("::root-g1"),
      );
      const { privateKeyPemPkcs8 } = plain(root!.outputs) as { privateKeyPemPkcs8: string };
      assert.ok(!all.includes(privateKeyPemPkcs8));
      const output = ofType(trust[cloud], "pulumi:pulumi:Stack")[0]!.outputs;
      assert.deepEqual(plain(output), { sites: {} });
    });

    it(`${cloud}: no text of the state shows a key`, () => {
      assert.doesNotMatch(JSON.stringify(trust[cloud].deployment()), /BEGIN [A-Z ]*PRIVATE KEY/);
    });
  }

  it("aws: the policies let each site's role read its own entry, and no other role of any", () => {
    const via = "secretsmanager.eu-north-1.amazonaws.com";
    const roles = [...SITES.map(role), WRITER, role("administrator"), "arn:aws:iam::999999999999:role/foreign"];
    for (const site of SITES) {
      const secret = policyOf("aws:secretsmanager/secretPolicy:SecretPolicy", `${site}-trust`);
      const key = policyOf("aws:kms/key:Key", `${site}-trust`);
      const readers = roles.filter((principal) => {
        const asked = { principal, account: ACCOUNT };
        const reads = isAllowed({ ...asked, action: "secretsmanager:GetSecretValue" }, secret);
        return reads && isAllowed({ ...asked, action: "kms:Decrypt", via }, key);
      });
      assert.deepEqual(readers, [role(site)], site);
      const decrypting = roles.filter((principal) =>
        isAllowed({ principal, account: ACCOUNT, action: "kms:Decrypt" }, key),
      );
      assert.deepEqual(decrypting, [role(site), WRITER], "within the account; a role of its own policies' making");
    }
  });

  it("aws: nobody but the trust stack's role decrypts its state's key, though all may administer keys", () => {
    const policy = stateKeyPolicy(ACCOUNT, WRITER);
    const may = (principal: string, action: string) => isAllowed({ principal, account: ACCOUNT, action }, policy);
    for (const action of ["kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant"]) {
      assert.deepEqual(
        [...SITES.map(role), role("administrator")].filter((one) => may(one, action)),
        [],
        action,
      );
      assert.ok(may(WRITER, action));
    }
    assert.ok(may(role("administrator"), "kms:PutKeyPolicy"), "a key whose policy nobody can change cannot be made");
  });

  it("gcp: each service account is granted its own secret and nothing else", () => {
    const grants = ofType(trust.gcp, "gcp:secretmanager/secretIamMember:SecretIamMember").map(({ inputs: given }) => {
      const { member, role: granted, secretId } = plain(given) as { [property: string]: string };
      return `${member} ${granted} ${secretId}`;
    });
    const wanted = SITES.map(
      (site) =>
        `serviceAccount:${STORES.gcp.readers[site]} roles/secretmanager.secretAccessor ` +
        `projects/shop-trust/secrets/multisite-shop-example-com-${site}`,
    );
    assert.deepEqual(grants.sort(), wanted.sort());
    const types = new Set(resourcesOf(trust.gcp).map(({ type }) => type));
    assert.deepEqual(
      [...types].filter((type) => /iam/i.test(type)),
      ["gcp:secretmanager/secretIamMember:SecretIamMember"],
    );
  });

  it("azure: each identity has one role, on its own secret, in a vault that knows roles only", () => {
    const made = ofType(trust.azure, "azure-native:authorization:RoleAssignment");
    const vault = `/subscriptions/${guid("a")}/resourceGroups/trust/providers/Microsoft.KeyVault/vaults/shop-trust`;
    const pairs = made.map(({ inputs: given }) => {
      const { principalId, scope } = plain(given) as { principalId: string; scope: string };
      return [principalId, scope];
    });
    const reads = (principal: string, site: string) =>
      pairs.some(
        ([who, scope]) =>
          who === principal && `${vault}/secrets/multisite-shop-example-com-${site}/`.startsWith(`${scope}/`),
      );
    for (const reader of SITES) {
      assert.deepEqual(
        SITES.filter((site) => reads(STORES.azure.readers[reader]!, site)),
        [reader],
      );
    }
    const { properties } = inputs(trust.azure, "azure-native:keyvault:Vault", "trust-store") as {
      properties: { enableRbacAuthorization: boolean; accessPolicies?: unknown };
    };
    assert.deepEqual([properties.enableRbacAuthorization, properties.accessPolicies], [true, undefined]);
  });
});

function policyOf(type: string, name: string): PolicyDocument {
  return JSON.parse(String(inputs(trust.aws, type, name).policy)) as PolicyDocument;
}

describe("the stack of a site", () => {
  for (const cloud of ["aws", "gcp"] as const) {
    it(`${cloud}: reads its own entry and no other, as its reader, and holds nothing of the others`, () => {
      const held = clear(reading[cloud]);
      const own = keysIn(entry(cloud, READERS[cloud]).replace(/\\n/g, "\n"));
      assert.equal(own.length, 7);
      const secrets = ofType(reading[cloud], "kubernetes:core/v1:Secret").map(({ inputs: given }) => plain(given));
      const texts = JSON.stringify(secrets).match(/"[A-Za-z0-9+/=]{200,}"/g) ?? [];
      const decoded = texts.map((text) => Buffer.from(text.slice(1, -1), "base64").toString()).join("\n");
      const everything = `${held}\n${decoded}`;
      for (const key of own) assert.ok(everything.includes(key), "its own are in its Secrets");
      for (const other of SITES.filter((site) => site !== READERS[cloud])) {
        for (const key of keysIn(entry(cloud, other).replace(/\\n/g, "\n")))
          assert.ok(!everything.includes(key), other);
      }
      const providers = resourcesOf(reading[cloud]).filter(({ type }) => type === `pulumi:providers:${cloud}`);
      assert.deepEqual(
        providers.map(({ urn, inputs: given }) => [
          urn.split("::").at(-1),
          JSON.stringify(plain(given)).includes(STORES[cloud].readers[READERS[cloud]]!),
        ]),
        [[`${READERS[cloud]}-trust-store`, true]],
      );
    });
  }

  it("has a key by which the trust stack's state cannot be read", () => {
    const theirs = trust.aws.deployment();
    const text = JSON.stringify(theirs);
    const ciphertexts = [...text.matchAll(/"ciphertext":"(v1:[^"]+)"/g)].map(([, one]) => one!);
    assert.ok(ciphertexts.length > 20, `${ciphertexts.length} secrets`);
    const salt = (session: Session) =>
      (session.deployment().deployment.secrets_providers?.state as { salt: string } | undefined)?.salt;
    assert.throws(() => passphraseCrypter("passphrase of oslo", salt(trust.aws)), /another passphrase/);
    const own = passphraseCrypter("passphrase of oslo", salt(reading.aws));
    for (const one of ciphertexts) assert.throws(() => own.decrypt(one));
    const right = passphraseCrypter("passphrase of trust", salt(trust.aws));
    assert.ok(ciphertexts.some((one) => right.decrypt(one).includes("PRIVATE KEY")));
  });
});
