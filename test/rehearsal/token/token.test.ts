import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { TOKEN_PACKAGES } from "../../../lib/clusters/tokenPackages";
import { type TokenDeps, token } from "../../../rehearsal/token";
import { NODE_DEPS } from "../../../rehearsal/token/peers";
import { UserError } from "../../../rehearsal/userError";

const NOW = new Date("2026-11-20T12:34:56.789Z");
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** Credential providers that hand out fixed credentials and record what they were asked. */
function awsDeps(credentials: object = CREDENTIALS): TokenDeps & { asked: unknown[] } {
  const asked: unknown[] = [];
  const providers = {
    fromNodeProviderChain: (init: unknown) => {
      asked.push({ chain: init });
      return async () => credentials;
    },
    fromTemporaryCredentials: (init: unknown) => {
      asked.push({ role: init });
      return async () => credentials;
    },
  };
  const load = (name: string) => (name === "@aws-sdk/credential-providers" ? providers : require(name));
  return { asked, load, now: () => NOW };
}

function missing(name: string): Error {
  return Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
}

const NOTHING_INSTALLED: TokenDeps = {
  load: (name) => {
    throw missing(name);
  },
  now: () => NOW,
};

async function eksUrl(options: { cluster: string; region: string; roleArn?: string }, deps = awsDeps()): Promise<URL> {
  const { status } = await token("eks", options, deps);
  assert.match(status.token, /^k8s-aws-v1\.[A-Za-z0-9_-]+$/, "base64url without padding");
  return new URL(Buffer.from(status.token.slice("k8s-aws-v1.".length), "base64url").toString("utf8"));
}

test("an EKS token is a request to the region's STS, signed for one cluster and one minute", async () => {
  const url = await eksUrl({ cluster: "frankfurt", region: "eu-central-1" });
  assert.equal(url.origin + url.pathname, "https://sts.eu-central-1.amazonaws.com/");
  const query = Object.fromEntries(url.searchParams);
  const { "X-Amz-Signature": signature, ...rest } = query;
  assert.match(signature ?? "", /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    Action: "GetCallerIdentity",
    Version: "2011-06-15",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIDEXAMPLE/20261120/eu-central-1/sts/aws4_request",
    "X-Amz-Date": "20261120T123456Z",
    "X-Amz-Expires": "60",
    "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
  });
});

/**
 * Signature Version 4 of the request in `url`, as STS checks it, written out from AWS's description:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function expectedSignature(url: URL, cluster: string, region: string): string {
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const query = url.search
    .slice(1)
    .split("&")
    .filter((pair) => !pair.startsWith("X-Amz-Signature="))
    .sort()
    .join("&");
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
  const canonical = ["GET", "/", query, headers, "host;x-k8s-aws-id", sha("")].join("\n");
  const scope = `20261120/${region}/sts/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", "20261120T123456Z", scope, sha(canonical)].join("\n");
  const key = [region, "sts", "aws4_request"].reduce<Buffer>(
    (made, part) => hmac(made, part),
    hmac(`AWS4${CREDENTIALS.secretAccessKey}`, "20261120"),
  );
  return hmac(key, toSign).toString("hex");
}

test("the signature is the one that STS computes, for every cluster name and with session tokens", async () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
  const region = fc.constantFrom("eu-central-1", "us-east-1", "cn-north-1", "us-gov-west-1");
  const sessionToken = fc.option(fc.base64String({ minLength: 4 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(name, region, sessionToken, async (cluster, region, sessionToken) => {
      const deps = awsDeps({ ...CREDENTIALS, ...(sessionToken && { sessionToken }) });
      const url = await eksUrl({ cluster, region }, deps);
      assert.equal(url.searchParams.get("X-Amz-Security-Token") ?? undefined, sessionToken);
      assert.equal(url.searchParams.get("X-Amz-Signature"), expectedSignature(url, cluster, region));
      assert.equal(url.host.endsWith(".cn"), region.startsWith("cn-"));
    }),
    { numRuns: 30 },
  );
});

test("an EKS token is renewed before EKS refuses it, 15 minutes after its signature", async () => {
  assert.deepEqual(
    { ...(await token("eks", { cluster: "c", region: "r" }, awsDeps())), status: undefined },
    {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: undefined,
    },
  );
  const { status } = await token("eks", { cluster: "c", region: "r" }, awsDeps());
  assert.equal(status.expirationTimestamp, "2026-11-20T12:48:56Z");
});

test("credentials come from the runner, or from the role that the kubeconfig names", async () => {
  const own = awsDeps();
  await token("eks", { cluster: "c", region: "eu-central-1" }, own);
  assert.deepEqual(own.asked, [{ chain: { clientConfig: { region: "eu-central-1" } } }]);
  const assumed = awsDeps();
  await token("eks", { cluster: "c", region: "eu-central-1", roleArn: "arn:aws:iam::1:role/up" }, assumed);
  assert.deepEqual(assumed.asked, [
    {
      role: {
        params: { RoleArn: "arn:aws:iam::1:role/up", RoleSessionName: "multisite-token" },
        clientConfig: { region: "eu-central-1" },
      },
    },
  ]);
});

test("a GKE token is the access token of the application default credentials", async () => {
  const asked: unknown[] = [];
  const expiry_date = NOW.getTime() + 3_000_000;
  class GoogleAuth {
    constructor(options: unknown) {
      asked.push(options);
    }
    async getClient() {
      return { credentials: { expiry_date }, getAccessToken: async () => ({ token: "ya29.abc" }) };
    }
  }
  const made = await token("gke", { project: "shop" }, { load: () => ({ GoogleAuth }), now: () => NOW });
  assert.deepEqual(made.status, { token: "ya29.abc", expirationTimestamp: "2026-11-20T13:24:56Z" });
  const scopes = ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"];
  assert.deepEqual(asked, [{ scopes, projectId: "shop" }]);
});

test("an AKS token is for the server application of AKS, in the tenant of the cluster", async () => {
  const asked: unknown[] = [];
  class DefaultAzureCredential {
    constructor(options: unknown) {
      asked.push(options);
    }
    async getToken(scope: string, options: unknown) {
      asked.push(scope, options);
      return { token: "eyJ0", expiresOnTimestamp: NOW.getTime() + 60_000 };
    }
  }
  const made = await token("aks", { tenant: "t-1" }, { load: () => ({ DefaultAzureCredential }), now: () => NOW });
  assert.deepEqual(made.status, { token: "eyJ0", expirationTimestamp: "2026-11-20T12:35:56Z" });
  const tenant = { tenantId: "t-1" };
  assert.deepEqual(asked, [tenant, "6dae42f8-4368-4678-94ff-3960e28e3630/.default", tenant]);
});

const REFUSED: [kind: string, options: Record<string, string>, message: string][] = [
  ["ekz", {}, 'multisite token knows eks, gke, aks, not "ekz"'],
  ["constructor", {}, 'multisite token knows eks, gke, aks, not "constructor"'],
  ["eks", {}, "multisite token eks needs --cluster, and needs --region"],
  ["eks", { cluster: "c", region: "" }, "multisite token eks needs --region"],
  [
    "gke",
    { roleArn: "arn", tenant: "t" },
    "multisite token gke takes no --role-arn (it takes --project), and takes no --tenant (it takes --project)",
  ],
  [
    "eks",
    { cluster: "c", region: "r" },
    "multisite token eks needs @aws-sdk/credential-providers and @smithy/signature-v4, which are not installed here: " +
      "npm install @aws-sdk/credential-providers @smithy/signature-v4",
  ],
  [
    "gke",
    {},
    "multisite token gke needs google-auth-library, which is not installed here: npm install google-auth-library",
  ],
  ["aks", {}, "multisite token aks needs @azure/identity, which is not installed here: npm install @azure/identity"],
];

for (const [kind, options, message] of REFUSED) {
  test(`refused: ${kind} ${JSON.stringify(options)}`, async () => {
    await assert.rejects(token(kind, options, NOTHING_INSTALLED), new UserError(message));
  });
}

test("a package that is there but broken is not reported as missing", async () => {
  const load = () => {
    throw missing("tslib");
  };
  await assert.rejects(token("aks", {}, { load, now: () => NOW }), /^Error: Cannot find module 'tslib'$/);
});

test("credentials that cannot be had are the user's mistake, told without a stack trace", async () => {
  const deps = awsDeps();
  const load = (name: string) =>
    name === "@aws-sdk/credential-providers"
      ? {
          fromTemporaryCredentials: () => async () => {
            throw new Error("AccessDenied");
          },
        }
      : deps.load(name);
  await assert.rejects(
    token("eks", { cluster: "c", region: "r", roleArn: "arn:aws:iam::1:role/up" }, { ...deps, load }),
    new UserError("multisite token eks found no AWS credentials to assume arn:aws:iam::1:role/up: AccessDenied"),
  );
});

test("the clouds' packages have what tokens are got by", () => {
  const members = {
    "@aws-sdk/credential-providers": ["fromNodeProviderChain", "fromTemporaryCredentials"],
    "@smithy/signature-v4": ["SignatureV4"],
    "google-auth-library": ["GoogleAuth"],
    "@azure/identity": ["DefaultAzureCredential"],
  };
  assert.deepEqual(Object.keys(members), Object.values(TOKEN_PACKAGES).flat());
  for (const [name, wanted] of Object.entries(members)) {
    const loaded = NODE_DEPS.load(name) as Record<string, unknown>;
    for (const member of wanted) assert.equal(typeof loaded[member], "function", `${member} of ${name}`);
  }
});
