import { X509Certificate } from "node:crypto";
import type { CertificatePlan } from "./plan";
import type { RootSpec } from "./spec";

/** Where an authority of AWS is. */
export interface PrivateCaPlace {
  readonly account: string;
  readonly region: string;
}

/** Account and region of a root in AWS Private CA: those of its ARN, or those in which it is to be made. */
export function privateCaPlace({ authorityArn, account = "", region = "" }: RootSpec): PrivateCaPlace {
  if (authorityArn === undefined) return { account, region };
  const [, , , place = "", owner = ""] = authorityArn.split(":");
  return { account: owner, region: place };
}

/**
 * The template that writes a certificate's uses: one that takes subject and names from the request and nothing from the
 * caller. A site's CA gets a path length of 0. Source: AWS Private CA user guide, "Template definitions".
 */
export function templateArn({ role, isCa, uses }: CertificatePlan, region: string): string {
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  const [serves, calls] = [uses.includes("server_auth"), uses.includes("client_auth")];
  const leaf = serves && calls ? "EndEntityCertificate" : `EndEntity${serves ? "Server" : "Client"}AuthCertificate`;
  const authority = role === "root" ? "RootCACertificate" : "SubordinateCACertificate_PathLen0";
  return `arn:${partition}:acm-pca:::template/${isCa ? authority : leaf}/V1`;
}

const HASHES: { readonly [curve: string]: string } = { secp384r1: "SHA384", secp521r1: "SHA512" };

/** How an authority signs, by its certificate: the hash that goes with its curve, SHA-256 for RSA. */
export function signingAlgorithm(certificatePem: string): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = new X509Certificate(certificatePem).publicKey;
  if (type === "rsa") return "SHA256WITHRSA";
  return `${HASHES[details?.namedCurve ?? ""] ?? "SHA256"}WITHECDSA`;
}
