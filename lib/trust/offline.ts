import * as pulumi from "@pulumi/pulumi";
import { isDue, type OfflineMaterial, offlineProblems, offlineWarnings, signingTask } from "../plan/trust/offline";
import { certificateAsRead } from "../plan/trust/pem";
import type { CertificatePlan } from "../plan/trust/plan";
import type { RootSigner, SignerFactory } from "./rootSigner";
import { textProblems } from "./texts";

/**
 * A root whose key is nowhere near: requests go out, certificates come in. A first `up` makes the keys and the requests,
 * and `Trust.requests` says what is to be signed; sites whose certificates are not all there keep what they had. What came
 * back is held against the plan before anything is made, and against its key where that is known.
 *
 *     offlineSigner({ root: readFileSync("root.pem", "utf8"), certificates: { "oslo-g1-mesh-server": ... } })
 *
 * @param material plain text: certificates are public
 */
export function offlineSigner(material: OfflineMaterial): SignerFactory {
  const make = (): RootSigner => ({
    root: pulumi.output(certificateAsRead(material.root)),
    isForeign: true,
    lacks: ({ name }: CertificatePlan) => material.certificates[name] === undefined,
    sign: (certificate) => {
      const chain = material.certificates[certificate.name];
      if (chain !== undefined && !isDue(certificate, chain, new Date())) return pulumi.output(chain);
      return { waiting: signingTask(certificate), certificate: chain === undefined ? chain : pulumi.output(chain) };
    },
  });
  const problems: SignerFactory["problems"] = (generation, asked) => {
    const wrong = materialProblems(material);
    return wrong.length > 0 ? wrong : offlineProblems(generation, asked, material, new Date());
  };
  const warnings: SignerFactory["warnings"] = (generation, asked) => offlineWarnings(generation, asked, material);
  return Object.assign(make, { problems, warnings, mayWait: true });
}

function materialProblems({ root, certificates }: Partial<OfflineMaterial> = {}): string[] {
  const texts =
    certificates === undefined
      ? ["certificates is missing: give those that were signed by their names, {} before any is."]
      : Object.entries(certificates).flatMap(([name, one]) => textProblems(`certificates.${name}`, one));
  return [...textProblems("root", root), ...texts];
}
