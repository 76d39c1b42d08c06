import { at, text } from "../props";
import type { JudgedResource } from "./trustRule";

/** How long a certificate is asked to live, whoever signs it. */
export interface Term {
  readonly isCa: boolean;
  /** Undefined where nobody can tell. */
  readonly hours: number | undefined;
  /** Hours before its end from which it is renewed; undefined where nothing renews it by itself. */
  readonly renewalHours: number | undefined;
  /** The property that says how long it lives. */
  readonly property: string;
}

type Props = JudgedResource["props"];
type Reader = (props: Props, now: Date) => Term;

const HOUR_MS = 3_600_000;
export const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const AWS_HOURS: { readonly [type: string]: number } = { DAYS: 24, MONTHS: 31 * 24, YEARS: 366 * 24 };
/** What cert-manager takes where a Certificate says nothing. Source: its API reference, CertificateSpec. */
const CERT_MANAGER_HOURS = 90 * 24;

/** What asks for certificates, in programs with and without this library. */
export const TERMS: { readonly [type: string]: Reader } = {
  [SIGNED]: ({ isCaCertificate, validityPeriodHours, earlyRenewalHours }) => ({
    ...{ isCa: isCaCertificate === true, hours: numberOf(validityPeriodHours) },
    ...{ renewalHours: numberOf(earlyRenewalHours ?? 0), property: "validityPeriodHours" },
  }),
  "aws:acmpca/certificate:Certificate": ({ validity, templateArn }, now) => ({
    ...{ isCa: /CACertificate/.test(text(templateArn)), hours: awsHours(validity, now) },
    ...{ renewalHours: undefined, property: "validity" },
  }),
  "gcp:certificateauthority/certificate:Certificate": ({ lifetime, config }) => ({
    isCa: at(config, "x509Config", "caOptions", "isCa") === true,
    hours: hoursIn(lifetime, /^(\d+(?:\.\d+)?)s$/, [1 / 3600]),
    ...{ renewalHours: undefined, property: "lifetime" },
  }),
  "kubernetes:cert-manager.io/v1:Certificate": ({ spec }) => ({
    isCa: at(spec, "isCA") === true,
    hours: durationOf(at(spec, "duration"), CERT_MANAGER_HOURS),
    ...{ renewalHours: durationOf(at(spec, "renewBefore"), undefined), property: "spec.duration" },
  }),
};

function awsHours(validity: unknown, now: Date): number | undefined {
  const [type, value] = [at(validity, "type"), at(validity, "value")];
  if (typeof type !== "string" || typeof value !== "string") return undefined;
  if (type === "END_DATE") return numberOf((Date.parse(value) - now.getTime()) / HOUR_MS);
  if (type === "ABSOLUTE") return numberOf((Number(value) * 1000 - now.getTime()) / HOUR_MS);
  return numberOf(Number(value) * (AWS_HOURS[type] ?? Number.NaN));
}

/** A duration as Go writes it: "2160h", "90m", "1h30m10s". */
function durationOf(text: unknown, absent: number | undefined): number | undefined {
  if (text === undefined || text === null) return absent;
  return hoursIn(text, /^(?=.)(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/, [1, 1 / 60, 1 / 3600]);
}

function hoursIn(text: unknown, form: RegExp, units: readonly number[]): number | undefined {
  const parts = typeof text === "string" ? form.exec(text) : null;
  if (parts === null) return undefined;
  return units.reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
