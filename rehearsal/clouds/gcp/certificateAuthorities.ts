import type { KeyObject } from "node:crypto";
import { type Authority, endOf, issueBy, termsOf, x509 } from "../authorities/authority";
import { type AuthorityAlgorithm, authorityKey } from "../authorities/keys";
import type { FunctionModel, Making } from "../model";
import type { Issued } from "../tls/x509";
import { select, text } from "../wire";
import type { Thing, World } from "../world";
import { configuredIn, secondsIn } from "./certificateConfig";
import { CA_AUTHORITY, CA_CERTIFICATE } from "./names";

const HOURS_OF_TEN_YEARS = 87_600;

/** Algorithms of which certificates are made here; RSA with PSS is none of them. */
const ALGORITHMS: { readonly [name: string]: { readonly key: AuthorityAlgorithm; readonly hash: string } } = {
  EC_P256_SHA256: { key: { curve: "P-256" }, hash: "sha256" },
  EC_P384_SHA384: { key: { curve: "P-384" }, hash: "sha384" },
  RSA_PKCS1_2048_SHA256: { key: { rsaBits: 2048 }, hash: "sha256" },
  RSA_PKCS1_3072_SHA256: { key: { rsaBits: 3072 }, hash: "sha256" },
  RSA_PKCS1_4096_SHA256: { key: { rsaBits: 4096 }, hash: "sha256" },
};

/** Why a rehearsal cannot have such an authority; undefined when it can. */
export function algorithmRefusal(name: string): string | undefined {
  if (Object.hasOwn(ALGORITHMS, name)) return undefined;
  if (/^RSA_PSS_\d+_SHA256$/.test(name)) return `cannot be rehearsed: ${name}; give EC_P384_SHA384 or an RSA_PKCS1 one`;
  return `must be one of ${Object.keys(ALGORITHMS).join(", ")}; got "${name}"`;
}

function keyOf(inputs: unknown, id: string): KeyObject {
  return authorityKey(ALGORITHMS[text(inputs, "keySpec.algorithm") ?? "EC_P384_SHA384"]!.key, id);
}

/** The chain of an authority that is being made: its own certificate, and after it those of what signed it. */
export function authorityChain(it: Making): string[] {
  const config = configuredIn((it.inputs as { config?: unknown }).config);
  const key = keyOf(it.inputs, it.id);
  const parent = it.target("subordinateConfig.certificateAuthority");
  const signer = parent === undefined ? undefined : authorityOf(parent);
  const hours = (secondsIn(text(it.inputs, "lifetime")) ?? HOURS_OF_TEN_YEARS * 3600) / 3600;
  const terms = termsOf({ ...config, hours: signer === undefined ? hours : withinIssuer(hours, signer) });
  const holder = x509().holderOf(key, config.asked);
  const own: Issued =
    signer === undefined
      ? x509().selfSignHolder(key, holder, terms, new Date())
      : issueBy(signer, holder, terms, new Date());
  return [own.certPem, ...(signer?.chain ?? [])];
}

/** An authority that the program made. */
export function authorityOf(thing: Thing): Authority {
  const chain = select(thing.outputs, "pemCaCertificates[*]").map(({ value }) => String(value));
  return { key: keyOf(thing.inputs, thing.id), chain };
}

/** The service shortens what would outlive its issuer, and says nothing. Source: `Certificate.lifetime` of its API. */
export function withinIssuer(hours: number, issuer: Authority): number {
  return Math.min(hours, (endOf(issuer).getTime() - Date.now()) / 3_600_000);
}

const outside = new WeakMap<World, Map<string, Authority>>();

/** An authority that exists outside the program and that the program has read; undefined while it has not. */
export function outsideAuthority(id: string, world: World): Authority | undefined {
  return outside.get(world)?.get(id);
}

/** `gcp.certificateauthority.getAuthority`: of an authority of the program, or of one that exists outside. */
export const getAuthority: FunctionModel = (args, { account, world, scope }) => {
  const [location, pool, name] = ["location", "pool", "certificateAuthorityId"].map((part) => text(args, part) ?? "");
  const project = text(args, "project") ?? account.owner;
  const id = `projects/${project}/locations/${location}/caPools/${pool}/certificateAuthorities/${name}`;
  const made = world.get(CA_AUTHORITY, scope, id);
  const { chain } = made === undefined ? existing(id, world, scope) : authorityOf(made);
  const texts = { createTime: "", updateTime: "", deletionPolicy: "", desiredState: "ENABLED", gcsBucket: "" };
  return {
    ...{ ...texts, ...args, id, name: id, state: text(made?.outputs, "state") ?? "ENABLED", type: "SELF_SIGNED" },
    ...{ pemCaCertificates: [...chain], pemCaCertificate: "", pemCsr: "", lifetime: `${HOURS_OF_TEN_YEARS * 3600}s` },
    ...{ accessUrls: [], configs: [], keySpecs: [], subordinateConfigs: [], userDefinedAccessUrls: [] },
    ...{ labels: {}, effectiveLabels: {}, pulumiLabels: {} },
    ...{ deletionProtection: true, skipGracePeriod: false, ignoreActiveCertificatesOnDeletion: false },
  };
};

/** A root of ten years on P-384; what it has signed in an earlier run says what its certificate was. */
function existing(id: string, world: World, scope: string): Authority {
  const known = outside.get(world) ?? new Map<string, Authority>();
  outside.set(world, known);
  const found = known.get(id);
  if (found !== undefined) return found;
  const earlier = [...world.all(CA_CERTIFICATE, scope)].find(
    ({ outputs }) => text(outputs, "issuerCertificateAuthority") === id,
  );
  const before = select(earlier?.outputs, "pemCertificateChains[*]").at(-1)?.value;
  const key = authorityKey({ curve: "P-384" }, id);
  const made: Authority = { key, chain: [typeof before === "string" ? before : selfSigned(id, key)] };
  known.set(id, made);
  return made;
}

function selfSigned(id: string, key: KeyObject): string {
  const uses = ["cert_signing", "crl_signing"];
  const terms = termsOf({ allowedUses: uses, hours: HOURS_OF_TEN_YEARS, isCa: true, maxPathLength: undefined });
  const subject = { commonName: id.split("/").at(-1) };
  return x509().selfSign(key, { subject, dnsNames: [], ipAddresses: [], uris: [] }, terms, new Date()).certPem;
}
