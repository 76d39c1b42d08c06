import { createHash, type KeyObject } from "node:crypto";
import { isIP } from "node:net";
import type { Properties } from "../../engine/provider";
import type { FunctionModel, Making, Model, Subject as Resource } from "../model";
import { between, exactlyOne, matches, oneOf } from "../rules";
import { at, select, text } from "../wire";
import { algorithmOf, keyId, keyOutputs, makeKey, publicOutputs, readKey } from "./keys";
import type { Issued, Subject, Terms } from "./x509";

/** Loaded when the first certificate is made: reading the schemas of X.509 costs tens of milliseconds. */
const x509 = (): typeof import("./x509") => require("./x509");

const USES = [
  "any_extended",
  "cert_signing",
  "client_auth",
  "code_signing",
  "content_commitment",
  "crl_signing",
  "data_encipherment",
  "decipher_only",
  "digital_signature",
  "email_protection",
  "encipher_only",
  "ipsec_end_system",
  "ipsec_tunnel",
  "ipsec_user",
  "key_agreement",
  "key_encipherment",
  "microsoft_commercial_code_signing",
  "microsoft_kernel_code_signing",
  "microsoft_server_gated_crypto",
  "netscape_server_gated_crypto",
  "ocsp_signing",
  "server_auth",
  "timestamping",
];
const HOURS = between(0, 8_760_000, "hours");
const names = {
  "ipAddresses[*]": (value: unknown) =>
    isIP(String(value)) > 0 ? undefined : `must be an IP address; got ${JSON.stringify(value)}`,
  "uris[*]": matches(/^[a-z][a-z0-9+.-]*:/i, "a URI"),
};
const terms = {
  "allowedUses[*]": oneOf(...USES),
  validityPeriodHours: HOURS,
  earlyRenewalHours: HOURS,
  maxPathLength: between(-1, 1_000_000),
};

/** A certificate that is due is made again: the provider says so at the next diff, and only then. */
const renews = (inputs: Properties, outputs: Properties): string | undefined => {
  const end = Date.parse(text(outputs, "validityEndTime") ?? "");
  return Date.now() >= end - Number(at(inputs, "earlyRenewalHours") ?? 0) * 3_600_000 ? "readyForRenewal" : undefined;
};
const certificate: Model = { scope: "account", immutable: ["*"], mutable: ["earlyRenewalHours"], handles: [], renews };

/** Keys and certificates of `@pulumi/tls`, real ones. Source: terraform-provider-tls 4.2. */
export const tlsModels: { readonly [type: string]: Model } = {
  "tls:index/privateKey:PrivateKey": {
    ...made((it) => {
      const key = makeKey(
        text(it.inputs, "algorithm")!,
        text(it.inputs, "ecdsaCurve") ?? "P224",
        Number(at(it.inputs, "rsaBits") ?? 2048),
      );
      return { id: keyId(key), outputs: { ecdsaCurve: "P224", rsaBits: 2048, ...keyOutputs(key) } };
    }),
    scope: "account",
    immutable: ["*"],
    handles: [],
    values: {
      algorithm: oneOf("RSA", "ECDSA", "ED25519"),
      ecdsaCurve: oneOf("P224", "P256", "P384", "P521"),
      rsaBits: between(512, 16384, "bits"),
    },
  },
  "tls:index/certRequest:CertRequest": {
    ...made((it) => {
      const key = keyIn(it, "privateKeyPem");
      const certRequestPem = x509().makeRequest(key, subjectIn(it));
      return {
        id: createHash("sha1").update(certRequestPem).digest("hex"),
        outputs: { certRequestPem, keyAlgorithm: algorithmOf(key) },
      };
    }),
    scope: "account",
    immutable: ["*"],
    handles: [],
    values: names,
    rules: [exactlyOne("privateKeyPem", "privateKeyPemWo")],
  },
  "tls:index/selfSignedCert:SelfSignedCert": {
    ...certificate,
    ...made((it) => {
      const asked = subjectIn(it);
      const isNamed = Object.values(asked.subject).some((part) => part !== "" && part !== undefined);
      if (at(it.inputs, "isCaCertificate") === true && !isNamed) {
        throw new Error(
          "subject: must have at least one part, such as commonName, when isCaCertificate is true (Invalid Certificate Subject)",
        );
      }
      const key = keyIn(it, "privateKeyPem");
      return issued(x509().selfSign(key, asked, termsIn(it), new Date()), { keyAlgorithm: algorithmOf(key) });
    }),
    values: { ...terms, ...names },
    rules: [exactlyOne("privateKeyPem", "privateKeyPemWo")],
  },
  "tls:index/locallySignedCert:LocallySignedCert": {
    ...certificate,
    ...made((it) => {
      const key = keyIn(it, "caPrivateKeyPem");
      const leaf = x509().signRequest(
        text(it.inputs, "certRequestPem")!,
        text(it.inputs, "caCertPem")!,
        key,
        termsIn(it),
        new Date(),
      );
      return issued(leaf, { caKeyAlgorithm: algorithmOf(key) });
    }),
    values: terms,
    rules: [exactlyOne("caPrivateKeyPem", "caPrivateKeyPemWo")],
  },
};

/** The public half of a key that is given. */
export const tlsFunctions: { readonly [token: string]: FunctionModel } = {
  "tls:index/getPublicKey:getPublicKey": (args) => {
    const property = text(args, "privateKeyPem") === undefined ? "privateKeyOpenssh" : "privateKeyPem";
    const given = text(args, property);
    if (given === undefined) throw new Error("exactly one of privateKeyPem, privateKeyOpenssh must be given");
    const key = readKey(given, property);
    return { ...args, id: keyId(key), algorithm: algorithmOf(key), ...publicOutputs(key) };
  },
};

/** What is made has one id and one set of outputs, made together and once: a key is not made twice alike. */
function made(make: (it: Resource) => { id: string; outputs: Properties }): Pick<Model, "id" | "outputs"> {
  const waiting = new Map<string, Properties>();
  return {
    id: (it) => {
      const { id, outputs } = make(it);
      waiting.set(id, outputs);
      return id;
    },
    outputs: (it: Making) => {
      const outputs = waiting.get(it.id) ?? {};
      waiting.delete(it.id);
      return outputs;
    },
  };
}

function issued(
  { certPem, serial, notBefore, notAfter }: Issued,
  more: Properties,
): { id: string; outputs: Properties } {
  const [validityStartTime, validityEndTime] = [notBefore, notAfter].map((date) =>
    date.toISOString().replace(".000Z", "Z"),
  );
  const facts = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false, setAuthorityKeyId: false };
  return {
    id: serial,
    outputs: { ...facts, ...more, certPem, readyForRenewal: false, validityStartTime, validityEndTime },
  };
}

function keyIn({ inputs }: Resource, property: string): KeyObject {
  return readKey(text(inputs, property) ?? text(inputs, `${property}Wo`) ?? "", property);
}

function subjectIn({ inputs }: Resource): Subject {
  const list = (path: string) => select(inputs, `${path}[*]`).map(({ value }) => String(value));
  return {
    subject: (at(inputs, "subject") ?? {}) as Properties,
    dnsNames: list("dnsNames"),
    ipAddresses: list("ipAddresses"),
    uris: list("uris"),
  };
}

function termsIn({ inputs }: Resource): Terms {
  const pathLength = Number(at(inputs, "maxPathLength") ?? 0);
  return {
    allowedUses: select(inputs, "allowedUses[*]").map(({ value }) => String(value)),
    hours: Number(at(inputs, "validityPeriodHours")),
    isCa: at(inputs, "isCaCertificate") === true,
    // Zero is "no limit" to the provider: it never says MaxPathLenZero to Go's x509.
    maxPathLength: pathLength > 0 ? pathLength : undefined,
    setSubjectKeyId: at(inputs, "setSubjectKeyId") === true,
    setAuthorityKeyId: at(inputs, "setAuthorityKeyId") === true,
  };
}
