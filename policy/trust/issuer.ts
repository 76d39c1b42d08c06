import { X509Certificate } from "node:crypto";
import { authorityProblems } from "pulumi-multisite/plan";
import type { JudgedResource } from "./trustRule";

const HOUR_MS = 3_600_000;

/**
 * What is wrong with the authority that a program gives the tls provider, which takes a certificate that is no CA with a
 * mere warning, the first of two blocks, and tells a wrong key at the last moment only.
 */
export function issuerProblems({ name, props, now }: JudgedResource): string[] {
  const { caCertPem, caPrivateKeyPem } = props;
  // Not known before the issuer exists.
  if (typeof caCertPem !== "string") return [];
  const key = typeof caPrivateKeyPem === "string" ? caPrivateKeyPem : undefined;
  return authorityProblems(caCertPem, key, now).map((problem) => `The issuer of ${name}: ${problem}`);
}

/**
 * Whether a certificate ends after its issuer, by the resource as it stands at the end of a run: one that was there before ends
 * when it was signed to end, and one that this run signs or would sign lives from now on.
 */
export function outlivesIssuer({ name, props, now }: JudgedResource): string[] {
  const { caCertPem, validityPeriodHours } = props;
  // Not known before the issuer exists: its plan then gave it longer. Of one that is wrong, its problems are told.
  if (typeof caCertPem !== "string" || authorityProblems(caCertPem, undefined, now).length > 0) return [];
  const last = new Date(new X509Certificate(caCertPem).validTo);
  const signed = endOf(props);
  if (signed !== undefined) {
    if (signed <= last) return [];
    return [`Certificate ${name} ends ${day(signed)}, after its issuer (${day(last)}): exchange that first.`];
  }
  if (typeof validityPeriodHours !== "number") return [];
  const end = new Date(now.getTime() + validityPeriodHours * HOUR_MS);
  if (end <= last) return [];
  return [
    `Certificate ${name}, signed now, would end ${day(end)}, after its issuer (${day(last)}): exchange that first.`,
  ];
}

/** When a certificate of the tls provider ends; undefined as long as it is not signed. */
export function endOf({ validityEndTime }: JudgedResource["props"]): Date | undefined {
  if (typeof validityEndTime !== "string") return undefined;
  const end = new Date(validityEndTime);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

/** The day of a date in UTC, `YYYY-MM-DD`. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
