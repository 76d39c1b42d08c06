import { renewedCertificates, renewedClocks } from "../rules/n1-030-certificates-renewed";
import { rootKept } from "./tr-001-root-kept";
import { certificateTerms } from "./tr-002-certificate-terms";
import { bundleRootsOnly } from "./tr-003-bundle-roots-only";
import { authorityKeys } from "./tr-004-authority-keys";
import { rotationLegal } from "./tr-005-rotation-legal";
import { stateOutsideSites } from "./tr-006-state-outside-sites";
import { keyStrength } from "./tr-007-key-strength";
import { publicCertificateEnds } from "./tr-008-public-certificate-ends";
import { rootEnds } from "./tr-009-root-ends";
import type { TrustRule } from "./trustRule";

/** The rules about certificates, in the order in which they are reported. */
export const trustRules: readonly TrustRule[] = [
  rootKept,
  certificateTerms,
  bundleRootsOnly,
  authorityKeys,
  rotationLegal,
  stateOutsideSites,
  keyStrength,
  publicCertificateEnds,
  rootEnds,
];

/** All rules about certificates and no site, with the type tokens that each judges. */
export const aboutCertificates: readonly { readonly name: string; readonly types: readonly string[] }[] = [
  ...trustRules,
  ...[renewedCertificates, renewedClocks].map(({ name, type }) => ({ name, types: [type] })),
];
