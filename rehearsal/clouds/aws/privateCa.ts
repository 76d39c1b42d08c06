import { X509Certificate } from "node:crypto";
import { once, x509 } from "../authorities/authority";
import type { Making, Model } from "../model";
import { between, matches, oneOf } from "../rules";
import { guid } from "../sdk/madeUp";
import { text } from "../wire";
import { arn, PRIVATE_CA, PRIVATE_CA_CERTIFICATE, PRIVATE_CERTIFICATE } from "./arns";
import { caKey, caSubject, installed, signs } from "./privateCaAuthority";
import { certificateRefusals, signed } from "./privateCaSigning";
import { knownTemplates, templateOf } from "./privateCaTemplates";

const AUTHORITY = matches(
  /^arn:aws[\w-]*:acm-pca:[\w-]+:\d{12}:certificate-authority\/[0-9a-f-]{36}$/,
  "the ARN of a private CA",
);
const SIGNING = ["SHA256", "SHA384", "SHA512"].flatMap((hash) => [`${hash}WITHECDSA`, `${hash}WITHRSA`]);
const KEYS = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"];

/** Private certificate authorities, which really sign. Sources: the AWS Private CA API reference, terraform-provider-aws 6. */
export const privateCaModels: { readonly [type: string]: Model } = {
  [PRIVATE_CA]: {
    id: (it) => arn(it, "acm-pca", `certificate-authority/${guid(it.hex(32))}`),
    immutable: ["certificateAuthorityConfiguration", "keyStorageSecurityStandard", "type", "usageMode"],
    values: {
      "certificateAuthorityConfiguration.keyAlgorithm": oneOf(...KEYS),
      "certificateAuthorityConfiguration.signingAlgorithm": oneOf(...SIGNING),
      permanentDeletionTimeInDays: between(7, 30, "days"),
      type: oneOf("ROOT", "SUBORDINATE"),
      usageMode: oneOf("GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"),
      keyStorageSecurityStandard: oneOf(
        "FIPS_140_2_LEVEL_2_OR_HIGHER",
        "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "CCPC_LEVEL_1_OR_HIGHER",
      ),
    },
    rules: [
      ({ inputs }) => {
        const own = "certificateAuthorityConfiguration";
        const [key, how] = [text(inputs, `${own}.keyAlgorithm`), text(inputs, `${own}.signingAlgorithm`)];
        if (key === undefined || how === undefined || signs(key, how)) return undefined;
        return { property: `${own}.signingAlgorithm`, reason: `must go with keyAlgorithm ${key}; got "${how}"` };
      },
    ],
    outputs: (it) => ({
      arn: it.id,
      ...once(it, ["certificateSigningRequest"], () => ({
        certificateSigningRequest: x509().makeRequest(caKey(it.inputs, it.id), caSubject(it.inputs)),
      })),
      // What is installed later shows at the next refresh only, as with the provider.
      ...{ certificate: "", certificateChain: "", notBefore: "", notAfter: "", serial: "" },
      ...{ enabled: true, type: "SUBORDINATE", usageMode: "GENERAL_PURPOSE", permanentDeletionTimeInDays: 30 },
      keyStorageSecurityStandard: "FIPS_140_2_LEVEL_3_OR_HIGHER",
    }),
  },
  [PRIVATE_CERTIFICATE]: {
    id: (it) => `${text(it.inputs, "certificateAuthorityArn")}/certificate/${it.hex(32)}`,
    immutable: ["*"],
    values: {
      certificateAuthorityArn: AUTHORITY,
      signingAlgorithm: oneOf(...SIGNING),
      templateArn: (value) =>
        templateOf(String(value)) === undefined
          ? `must be the ARN of a template (${knownTemplates().join(", ")}, or one of their passthrough varieties); got ${JSON.stringify(value)}`
          : undefined,
      "validity.type": oneOf("DAYS", "MONTHS", "YEARS", "ABSOLUTE", "END_DATE"),
    },
    refers: { certificateAuthorityArn: { to: [PRIVATE_CA] } },
    world: certificateRefusals,
    outputs: (it) => ({ arn: it.id, ...once(it, ["certificate", "certificateChain"], () => signed(it)) }),
  },
  [PRIVATE_CA_CERTIFICATE]: {
    id: (it) => text(it.inputs, "certificateAuthorityArn") ?? "",
    unique: [["certificateAuthorityArn"]],
    immutable: ["*"],
    values: { certificateAuthorityArn: AUTHORITY },
    refers: { certificateAuthorityArn: { to: [PRIVATE_CA] } },
    world: [notItsOwn],
    handles: [],
  },
};

function notItsOwn(it: Making): string | undefined {
  const ca = it.target("certificateAuthorityArn");
  if (ca === undefined) return undefined;
  const { key, chain } = installed(ca, it.inputs);
  if (chain.length === 0)
    return "certificate: it cannot be read; give a certificate in PEM (MalformedCertificateException)";
  return new X509Certificate(chain[0]!).checkPrivateKey(key)
    ? undefined
    : `certificate: it is not of the key of ${ca.id}; sign its certificateSigningRequest (CertificateMismatchException)`;
}
