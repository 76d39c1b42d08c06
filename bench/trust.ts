/**
 * Times what a fleet's trust costs: every certificate of 255 sites as data, and one leaf made for real in a rehearsal,
 * with its key, its request and its signature by a P-384 root. Medians.
 */

import { trustPlan } from "../lib/plan/trust";
import { makeKey } from "../rehearsal/clouds/tls/keys";
import { makeRequest, selfSign, signRequest, type Terms } from "../rehearsal/clouds/tls/x509";
import { type Figure, median, timesOf } from "./support/figures";

const SITES = 255;
const PLANS = 21;
const LEAVES = 201;

const sites = Array.from({ length: SITES }, (_, index) => ({
  ...{ name: `site-${index + 1}`, number: index + 1 },
  ...{ state: "active" as const, kind: "eks" as const },
}));
const signers = ["certManager" as const, "istio" as const, "linkerd" as const];

const terms: Terms = {
  allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
  hours: 2160,
  isCa: false,
  maxPathLength: undefined,
  setSubjectKeyId: true,
  setAuthorityKeyId: true,
};
const asked = { dnsNames: ["*.mesh.cilium.io"], ipAddresses: ["127.0.0.1"], uris: [], subject: { commonName: "leaf" } };
const rootKey = makeKey("ECDSA", "P384", 0);
const rootTerms = {
  ...terms,
  allowedUses: ["cert_signing", "crl_signing"],
  isCa: true,
  maxPathLength: 1,
  hours: 87_600,
};
const root = selfSign(rootKey, { ...asked, subject: { commonName: "root" } }, rootTerms, new Date()).certPem;

function figure(name: string, value: number, limit: number): Figure {
  return { name, unit: "ms", value: Number(value.toFixed(2)), limit, note: "median" };
}

export async function run(): Promise<Figure[]> {
  const plan = () => trustPlan({ trustDomain: "shop.example.com", signers }, sites, SITES);
  const leaf = () => {
    const key = makeKey("ECDSA", "P256", 0);
    signRequest(makeRequest(key, asked), root, rootKey, terms, new Date());
  };
  return [
    figure(`every certificate of ${SITES} sites planned`, median(timesOf(PLANS, plan)), 100),
    figure("a leaf in rehearsal: key, request, certificate", median(timesOf(LEAVES, leaf)), 5),
  ];
}
