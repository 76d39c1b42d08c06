import * as pulumi from "@pulumi/pulumi";
import { keyOutputs, makeKey, readKey } from "../../rehearsal/clouds/tls/keys";
import { makeRequest, selfSign, signRequest, type Terms } from "../../rehearsal/clouds/tls/x509";

type Inputs = Record<string, unknown>;

/** What `@pulumi/tls` answers, by real cryptography: outputs for a recorded program. */
export function signingOutputs(type: string, given: Inputs): Inputs {
  const inputs = plain(given) as Inputs;
  return MAKERS[type]?.(inputs) ?? {};
}

const MAKERS: Readonly<Record<string, (inputs: Inputs) => Inputs>> = {
  "tls:index/privateKey:PrivateKey": ({ algorithm, ecdsaCurve }) => {
    const outputs = keyOutputs(makeKey(String(algorithm), String(ecdsaCurve), 0));
    return {
      ...outputs,
      privateKeyPem: pulumi.secret(outputs.privateKeyPem),
      privateKeyPemPkcs8: pulumi.secret(outputs.privateKeyPemPkcs8),
    };
  },
  "tls:index/certRequest:CertRequest": (inputs) => ({
    certRequestPem: makeRequest(readKey(String(inputs.privateKeyPem), "privateKeyPem"), asked(inputs)),
  }),
  "tls:index/selfSignedCert:SelfSignedCert": (inputs) => ({
    certPem: selfSign(readKey(String(inputs.privateKeyPem), "key"), asked(inputs), terms(inputs), new Date()).certPem,
  }),
  "tls:index/locallySignedCert:LocallySignedCert": (inputs) => ({
    certPem: signRequest(
      String(inputs.certRequestPem),
      String(inputs.caCertPem),
      readKey(String(inputs.caPrivateKeyPem), "caPrivateKeyPem"),
      terms(inputs),
      new Date(),
    ).certPem,
  }),
};

function asked({ subject, dnsNames, ipAddresses, uris }: Inputs) {
  const texts = (value: unknown) => (value ?? []) as string[];
  return {
    subject: (subject ?? {}) as Inputs,
    ...{ dnsNames: texts(dnsNames), ipAddresses: texts(ipAddresses), uris: texts(uris) },
  };
}

function terms(inputs: Inputs): Terms {
  return {
    allowedUses: inputs.allowedUses as string[],
    hours: Number(inputs.validityPeriodHours),
    isCa: inputs.isCaCertificate === true,
    maxPathLength: inputs.maxPathLength as number | undefined,
    setSubjectKeyId: inputs.setSubjectKeyId === true,
    setAuthorityKeyId: inputs.setAuthorityKeyId === true,
  };
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A value in the wire form without its marks of secrets. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
