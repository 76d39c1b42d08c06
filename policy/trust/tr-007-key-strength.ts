import { UNKNOWN } from "pulumi-multisite/plan";
import { at, shown } from "../props";
import type { TrustRule } from "./trustRule";

const LEAST_RSA_BITS = 2048;

/** The tls provider's own default is a curve that neither Go's TLS nor browsers take. */
export const keyStrength: TrustRule = {
  name: "tr-007-key-strength",
  displayName: "Keys are of a strength that everybody takes",
  description: "No key is on curve P-224, which is the tls provider's default, or RSA of fewer than 2048 bits.",
  level: "mandatory",
  severity: "high",
  remediation: 'Give algorithm "ECDSA" with ecdsaCurve "P256" or "P384", or RSA with rsaBits of 2048 or more.',
  types: ["tls:index/privateKey:PrivateKey"],
  judge: ({ name, props }) => {
    const [algorithm, ecdsaCurve] = [at(props, "algorithm"), at(props, "ecdsaCurve")];
    const rsaBits = at(props, "rsaBits") ?? LEAST_RSA_BITS;
    if (algorithm === "ECDSA" && (ecdsaCurve === undefined || ecdsaCurve === "P224")) {
      const given = ecdsaCurve === undefined ? "no ecdsaCurve, which the provider takes for P224" : "ecdsaCurve P224";
      return [`Key ${name} has ${given}: give P256 or P384.`];
    }
    if (algorithm === "RSA" && (typeof rsaBits !== "number" || rsaBits < LEAST_RSA_BITS)) {
      return [`Key ${name} has rsaBits ${shown(rsaBits)}: give ${LEAST_RSA_BITS} or more.`];
    }
    const isUnknown = [algorithm, ecdsaCurve].includes(UNKNOWN);
    return isUnknown ? [`Key ${name}: algorithm or ecdsaCurve is not known, so it proves nothing.`] : [];
  },
};
