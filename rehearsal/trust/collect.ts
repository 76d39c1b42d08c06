import type { X509Certificate } from "node:crypto";
import { fingerprintOf } from "../../lib/plan/trust/bundle";
import type { ConsumerFact, SiteTrustFacts, TrustFacts } from "../../lib/plan/trustPhases";
import { BUNDLE_HASH_ANNOTATION, readRecord, TRUST_RECORD, type TrustRecord } from "../../lib/plan/trustPhases";
import { reasonOf } from "../clusters/sites/bounded";
import { Interrupted } from "../userError";
import { bundleFact, type Generations, leafFact, organizationOf, readable } from "./certificates";
import type { Held, SiteReader } from "./reader";

/** trust-manager's label on what it writes, and cert-manager's on the Secrets that it fills. */
const BUNDLES = "trust.cert-manager.io/bundle";
const CERTIFICATES = "controller.cert-manager.io/fao=true";

/** Where Istio reads its issuer: it has names of its own for the parts. */
const ISTIO_ISSUER = { namespace: "istio-system", name: "cacerts", key: "cert-chain.pem" } as const;

/** What the user of a kubeconfig must be allowed to read. */
const READ = "ConfigMaps, Secrets, pods and workloads";

/** A site to ask; without a reader nobody can. */
export interface AskedSite {
  readonly name: string;
  readonly reader: (() => Promise<SiteReader>) | undefined;
}

/** Texts of a site, before the roots of all sites are known. */
interface Raw {
  readonly record: TrustRecord | undefined;
  readonly bundles: readonly Text[];
  readonly leaves: readonly (Text & { readonly isListed: boolean })[];
  readonly consumers: readonly ConsumerFact[];
}

interface Text {
  readonly where: string;
  readonly pem: string;
  readonly writtenAt: string | undefined;
}

/**
 * Asks all sites at once. One that does not answer in time is a fact like any other, and holds nobody up.
 * @param seconds patience with each site
 * @throws Interrupted
 */
export async function collect(sites: readonly AskedSite[], seconds: number, signal: AbortSignal): Promise<TrustFacts> {
  const answers = await Promise.all(sites.map(async (site) => ({ site, answer: await ask(site, seconds, signal) })));
  if (signal.aborted) throw new Interrupted();
  const roots = uniqueRoots(answers.flatMap(({ answer }) => (answer.raw ? answer.raw.bundles : [])));
  const common = new Map(answers.flatMap(({ answer }) => [...generationsOf(answer.raw?.record)]));
  const facts = answers.map(({ site, answer: { raw, seenAt, reason } }) => {
    const seen =
      raw === undefined ? { reached: false as const, seenAt, reason: reason ?? "" } : read(raw, seenAt, roots, common);
    return [site.name, seen] as const;
  });
  return { version: 1, collectedAt: new Date().toISOString(), sites: Object.fromEntries(facts) };
}

interface Answer {
  readonly raw?: Raw;
  readonly seenAt: string;
  readonly reason?: string;
}

async function ask({ reader }: AskedSite, seconds: number, signal: AbortSignal): Promise<Answer> {
  const now = () => new Date().toISOString();
  if (reader === undefined) return { seenAt: now(), reason: "no --kubeconfig was given for it" };
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve({ seenAt: now(), reason: `no answer within ${seconds} s` }), seconds * 1000);
    stop = () => resolve({ seenAt: now(), reason: "interrupted" });
    signal.addEventListener("abort", stop);
  });
  // The time is taken before: what is written meanwhile may not have been seen.
  const seenAt = now();
  const answer = reader()
    .then(gather)
    .then((raw): Answer => ({ raw, seenAt }))
    .catch((error): Answer => ({ seenAt, reason: reasonOf(error, READ) }));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    if (stop) signal.removeEventListener("abort", stop);
  }
}

async function gather(reader: SiteReader): Promise<Raw> {
  const { namespace, name, key } = TRUST_RECORD;
  const record = readRecord((await reader.held("ConfigMap", namespace, name))?.data[key]);
  const [bundles, leaves, spread, issued, istio, consumers] = await Promise.all([
    Promise.all((record?.bundles ?? []).map((where) => listedBundle(reader, where))),
    Promise.all((record?.leaves ?? []).map((where) => listedLeaf(reader, where))),
    reader.labelled("ConfigMap", BUNDLES),
    reader.labelled("Secret", CERTIFICATES),
    reader.held("Secret", ISTIO_ISSUER.namespace, ISTIO_ISSUER.name),
    Promise.all((record?.consumers ?? []).map((where) => consumer(reader, where))),
  ]);
  const listed = new Set(bundles.flatMap((all) => all.map(({ where }) => where)));
  return {
    record,
    bundles: [...bundles.flat(), ...spread.flatMap(texts).filter(({ where }) => !listed.has(where))],
    leaves: [
      ...leaves.flat().map((leaf) => ({ ...leaf, isListed: true })),
      ...[...issued.flatMap((one) => leafText(one)), ...(istio ? leafText(istio, ISTIO_ISSUER.key) : [])].map(
        (leaf) => ({
          ...leaf,
          isListed: false,
        }),
      ),
    ],
    consumers: consumers.flat(),
  };
}

async function listedBundle(reader: SiteReader, where: string): Promise<Text[]> {
  const [namespace = "", kind, name = "", key = ""] = where.split("/");
  const found = await reader.held(kind === "Secret" ? "Secret" : "ConfigMap", namespace, name);
  return found === undefined ? [] : [{ where, pem: found.data[key] ?? "", writtenAt: found.writtenAt }];
}

async function listedLeaf(reader: SiteReader, where: string): Promise<Text[]> {
  const [namespace = "", name = ""] = where.split("/");
  const found = await reader.held("Secret", namespace, name);
  return found === undefined ? [] : leafText(found);
}

function texts({ namespace, name, data, writtenAt }: Held): Text[] {
  return Object.entries(data)
    .filter(([, text]) => text.includes("-----BEGIN CERTIFICATE-----"))
    .map(([key, pem]) => ({ where: `${namespace}/ConfigMap/${name}/${key}`, pem, writtenAt }));
}

function leafText({ namespace, name, data, writtenAt }: Held, key = "tls.crt"): Text[] {
  const pem = data[key];
  return pem === undefined ? [] : [{ where: `${namespace}/${name}`, pem, writtenAt }];
}

async function consumer(reader: SiteReader, where: string): Promise<ConsumerFact[]> {
  const [namespace = "", kind = "", name = ""] = where.split("/");
  const found = await reader.rolled(kind, namespace, name);
  if (found === undefined) return [];
  const pods = found.pods.map(({ name: pod, annotations, ready, startedAt }) => {
    const hash = annotations[BUNDLE_HASH_ANNOTATION];
    return { name: pod, ready, ...(hash !== undefined && { hash }), ...(startedAt !== undefined && { startedAt }) };
  });
  return [{ where, desired: found.desired, pods }];
}

function read(raw: Raw, seenAt: string, roots: readonly X509Certificate[], common: Generations): SiteTrustFacts {
  const own = new Map([...common, ...generationsOf(raw.record)]);
  const unreadable: string[] = [];
  const attempt = <T>(where: string, make: () => T): T[] => {
    try {
      return [make()];
    } catch (error) {
      unreadable.push(`${where}: ${(error as Error).message}`);
      return [];
    }
  };
  const bundles = raw.bundles.flatMap(({ where, pem, writtenAt }) =>
    attempt(where, () => bundleFact(where, pem, own, writtenAt)),
  );
  const leaves = raw.leaves
    .flatMap((leaf) =>
      attempt(leaf.where, () => ({ leaf, fact: leafFact(leaf.where, leaf.pem, roots, own, leaf.writtenAt) })),
    )
    // What cert-manager holds of other authorities is not the fleet's.
    .filter(({ leaf, fact }) => leaf.isListed || fact.generation !== undefined);
  const trustDomain = raw.record?.trustDomain ?? commonOrganization(raw.leaves.filter(({ isListed }) => isListed));
  if (unreadable.length > 0) return { reached: false, seenAt, reason: unreadable.join("; ") };
  return {
    reached: true,
    seenAt,
    ...(raw.record !== undefined && { revision: raw.record.revision }),
    ...(trustDomain !== undefined && { trustDomain }),
    bundles,
    leaves: leaves.map(({ fact }) => fact),
    consumers: raw.consumers,
  };
}

/** What a site of an earlier version says of its fleet: all certificates of a trust stack have its domain for their organization. */
function commonOrganization(leaves: readonly Text[]): string | undefined {
  const [first, ...others] = new Set(leaves.map(({ pem }) => organizationOf(pem)));
  return others.length === 0 ? first : undefined;
}

function generationsOf(record: TrustRecord | undefined): Map<string, string> {
  return new Map(Object.entries(record?.generations ?? {}).map(([name, own]) => [own, name]));
}

function uniqueRoots(bundles: readonly Text[]): X509Certificate[] {
  const all = new Map<string, X509Certificate>();
  for (const { pem } of bundles) for (const root of readable(pem)) all.set(fingerprintOf(root), root);
  return [...all.values()];
}
