import type * as pulumi from "@pulumi/pulumi";
import { type Definitions, definitionResources } from "../definitions";
import type { CiliumMinor } from "../plan/versions";
import type v0_3_1 from "./crds/v0.3.1-0.20260224125735-0f775a3eff97.json";
import type v0_5_2 from "./crds/v0.5.2.json";

/**
 * The definitions of the Multi-Cluster Services API that each Cilium would install itself: those of the version in its own
 * `go.mod`, out of that Go module by `scripts/definitions.mjs`. Source: sigs.k8s.io/mcs-api, Apache-2.0.
 */
const DEFINITIONS: Readonly<Record<CiliumMinor, () => Definitions>> = {
  "1.19": () => require("./crds/v0.3.1-0.20260224125735-0f775a3eff97.json") as typeof v0_3_1,
  "1.20": () => require("./crds/v0.5.2.json") as typeof v0_5_2,
};

/**
 * ServiceExport and ServiceImport in a cluster, before Cilium. Its operator would install them too, but only once it runs,
 * and a mesh API that starts first looks once and then exports nothing for as long as it lives (Cilium 1.19.5,
 * pkg/clustermesh/mcsapi/serviceexportsync.go).
 */
export function exportDefinitions(
  site: string,
  cilium: CiliumMinor,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return definitionResources(site, DEFINITIONS[cilium](), options);
}
