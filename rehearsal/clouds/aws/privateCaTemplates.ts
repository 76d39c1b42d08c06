/** What a template writes into a certificate, whatever is asked. */
export interface CaTemplate {
  readonly uses: readonly string[];
  readonly isCa: boolean;
  readonly pathLength?: number;
}

const LEAF = ["digital_signature", "key_encipherment"];
const CA = ["digital_signature", "cert_signing", "crl_signing"];

/** Source: AWS Private CA user guide, "Template definitions". */
const BASES: { readonly [name: string]: CaTemplate } = {
  EndEntityCertificate: { uses: [...LEAF, "server_auth", "client_auth"], isCa: false },
  EndEntityClientAuthCertificate: { uses: [...LEAF, "client_auth"], isCa: false },
  EndEntityServerAuthCertificate: { uses: [...LEAF, "server_auth"], isCa: false },
  CodeSigningCertificate: { uses: ["digital_signature", "code_signing"], isCa: false },
  OCSPSigningCertificate: { uses: ["digital_signature", "ocsp_signing"], isCa: false },
  RootCACertificate: { uses: CA, isCa: true },
  ...Object.fromEntries(
    [0, 1, 2, 3].map((pathLength) => [
      `SubordinateCACertificate_PathLen${pathLength}`,
      { uses: CA, isCa: true, pathLength },
    ]),
  ),
};

/** What a template takes beside the subject and the alternative names of the request, which every one takes. */
const VARIETIES = ["", "_APIPassthrough", "_CSRPassthrough", "_APICSRPassthrough"];

export const TEMPLATE = /^arn:aws[\w-]*:acm-pca:::template\/(\w+)\/V1$/;

/** The template of an ARN; undefined for one that there is not. Blank templates are not simulated. */
export function templateOf(arn: string): (CaTemplate & { readonly takesApi: boolean }) | undefined {
  const name = TEMPLATE.exec(arn)?.[1] ?? "";
  const variety = VARIETIES.findLast((one) => name.endsWith(one))!;
  const base = name.slice(0, name.length - variety.length);
  const isOffered = !(base === "RootCACertificate" && variety.includes("CSR"));
  if (!Object.hasOwn(BASES, base) || !isOffered) return undefined;
  return { ...BASES[base]!, takesApi: variety.includes("API") };
}

/** ARNs to choose from, for a message. */
export function knownTemplates(): string[] {
  return Object.keys(BASES).map((name) => `arn:aws:acm-pca:::template/${name}/V1`);
}
