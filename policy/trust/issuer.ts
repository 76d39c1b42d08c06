import { X509Certificate } from "node:crypto";
import { authorityProblems } from "pulumi-multisite/plan";
import type { JudgedResource } from "./trustRule";

const HOUR_MS = 3_600_000;

/**
 * What is wrong with the authority that a program gives the tls provider, which takes a certificate that is no CA with a
 * mere warning, the first of two blocks, and tells a wrong key at the last moment only.
 */
export function issuerProblems({ name, props, now }: JudgedResource): string[] {
  const { caCertPem, caPrivateKeyPem, validityPeriodHours } = props;
  // Not known before the issuer exists: its plan then gave it longer.
  if (typeof caCertPem !== "string") return [];
  const key = typeof caPrivateKeyPem === "string" ? caPrivateKeyPem : undefined;
  const problems = authorityProblems(caCertPem, key, now);
  if (problems.length > 0) return problems.map((problem) => `The issuer of ${name}: ${problem}`);
  if (typeof validityPeriodHours !== "number") return [];
  const end = new Date(now.getTime() + validityPeriodHours * HOUR_MS);
  const last = new Date(new X509Certificate(caCertPem).validTo);
  if (end <= last) return [];
  return [
    `Certificate ${name}, signed now, would end ${day(end)}, after its issuer (${day(last)}): exchange that first.`,
  ];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
