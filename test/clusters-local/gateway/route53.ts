import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { CreateHostedZoneCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import type { Answers } from "../../support/dns";
import { type Moto, moto } from "../../support/moto";
import { hostedZone } from "../../support/moto/route53";

/** AWS as the sites' cert-managers meet it. */
export interface LocalRoute53 {
  readonly endpoint: string;
  /** What its name servers answer. */
  readonly answers: Answers;
  /** Roles that were taken, and for whom: the subject and audience of the token, by the role's ARN. */
  readonly taken: Map<string, { readonly sub: string; readonly aud: readonly string[] }>;
  /** The zone that a rehearsal calls by an id of its own. */
  know(id: string): void;
}

/**
 * moto behind a server that calls the zone as the rehearsal did, so that sites are told nothing but what the library told
 * them; and that notes who takes which role.
 * @param account that the zone is in, and the roles
 * @returns the reason to skip in its place
 */
export async function localRoute53(t: TestContext, account: string, zone: string): Promise<LocalRoute53 | string> {
  const aws = await moto(t, account);
  if (typeof aws === "string") return aws;
  t.after(() => aws.route53.destroy());
  const made = await aws.route53.send(new CreateHostedZoneCommand({ Name: zone, CallerReference: "test" }));
  const real = hostedZone(made.HostedZone?.Id);
  let known = real;
  const taken: LocalRoute53["taken"] = new Map();
  const endpoint = await between(t, aws, {
    inward: (text) => text.replaceAll(known, real),
    outward: (text) => text.replaceAll(real, known),
    body: (text) => note(text, taken),
  });
  return {
    endpoint,
    taken,
    know: (id) => {
      known = id;
    },
    answers: (question) => answer(aws, real, question),
  };
}

async function answer(aws: Moto, HostedZoneId: string, { name, type }: Parameters<Answers>[0]) {
  const { ResourceRecordSets = [] } = await aws.route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId, MaxItems: 300 }),
  );
  const same = ResourceRecordSets.filter(({ Name }) => Name?.replace(/\.$/, "").toLowerCase() === name.toLowerCase());
  if (same.length === 0) return undefined;
  return same
    .filter(({ Type }) => Type === type && type === "TXT")
    .flatMap(({ ResourceRecords = [], TTL = 10 }) =>
      ResourceRecords.map(({ Value = "" }) => ({
        name,
        type: "TXT" as const,
        ttl: TTL,
        data: JSON.parse(Value) as string,
      })),
    );
}

/** AssumeRoleWithWebIdentity is a form: what it says of the caller is in the token, whose signature nobody checks here. */
function note(body: string, taken: LocalRoute53["taken"]): void {
  const form = new URLSearchParams(body);
  const [role, token] = [form.get("RoleArn"), form.get("WebIdentityToken")];
  if (role === null || token === null) return;
  taken.set(role, JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));
}

interface Between {
  readonly inward: (text: string) => string;
  readonly outward: (text: string) => string;
  readonly body: (text: string) => void;
}

/** A server before moto that rewrites what passes. Nobody checks signatures there. */
async function between(t: TestContext, { endpoint }: Moto, { inward, outward, body }: Between): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer(async (incoming, outgoing) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    body(text);
    const sent = inward(text);
    const { "content-length": _, host: __, ...headers } = incoming.headers;
    const passing = request(
      {
        ...{ hostname, port, method: incoming.method, path: inward(incoming.url ?? "/") },
        headers: { ...headers, "content-length": Buffer.byteLength(sent) },
      },
      async (response) => {
        let answered = "";
        for await (const chunk of response) answered += chunk;
        const { "content-length": _length, "transfer-encoding": _encoding, ...rest } = response.headers;
        outgoing.writeHead(response.statusCode ?? 500, rest).end(outward(answered));
      },
    );
    passing.on("error", () => outgoing.destroy());
    passing.end(sent);
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
