import * as pulumi from "@pulumi/pulumi";
import { isDue, type OfflineMaterial, offlineProblems, signingTask } from "../plan/trust/offline";
import type { RootSigner, SignerFactory } from "./rootSigner";

/**
 * A root whose key is nowhere near: requests go out, certificates come in. A first `up` makes the keys and the requests,
 * and `Trust.requests` says what is to be signed; sites whose certificates are not all there get nothing yet. What came
 * back is held against the plan before anything is made, and against its key where that is known.
 *
 *     offlineSigner({ root: readFileSync("root.pem", "utf8"), certificates: { "oslo-g1-mesh-server": ... } })
 *
 * @param material plain text: certificates are public
 */
export function offlineSigner(material: OfflineMaterial): SignerFactory {
  const make = ({ generation }: { readonly generation: string }): RootSigner => ({
    root: pulumi.output(`${material.root.trim()}\n`),
    isForeign: true,
    sign: (certificate) => {
      const chain = material.certificates[certificate.name];
      if (chain === undefined) return { waiting: signingTask(certificate) };
      if (isDue(certificate, chain, new Date())) {
        pulumi.log.warn(`Certificate ${certificate.name} is due: have its request signed again by root ${generation}.`);
      }
      return pulumi.output(chain);
    },
  });
  const problems: SignerFactory["problems"] = (generation, asked) =>
    offlineProblems(generation, asked, material, new Date());
  return Object.assign(make, { problems, mayWait: true });
}
