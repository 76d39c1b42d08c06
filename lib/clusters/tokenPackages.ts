import { createRequire } from "node:module";
import { join } from "node:path";
import { resolves } from "../resolves";

/** The packages by which `multisite token` gets the tokens of each cloud, by the kind of the site. */
export const TOKEN_PACKAGES = {
  eks: ["@aws-sdk/credential-providers", "@smithy/signature-v4"],
  gke: ["google-auth-library"],
  aks: ["@azure/identity"],
} as const;

/**
 * What an update would else find out only when its first cluster is made: that nothing can be put into it. Undefined where
 * sites of these kinds have all packages, in the project that the program runs in or beside this library.
 */
export function tokenPackagesWarning(kinds: Iterable<string>): string | undefined {
  const inProject = createRequire(join(process.cwd(), "package.json"));
  const needed = [...new Set(kinds)].flatMap((kind) => TOKEN_PACKAGES[kind as keyof typeof TOKEN_PACKAGES] ?? []);
  const missing = needed.filter((name) => !resolves(inProject, name) && !resolves(require, name));
  if (missing.length === 0) return undefined;
  return (
    `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not installed here. The sites' kubeconfigs get their tokens by ` +
    `what is missing: an update would make clusters and then not get into them. Before it: npm install ${missing.join(" ")}`
  );
}
