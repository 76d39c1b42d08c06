import type { Rule } from "../rule";
import { meshIdentity } from "./me-001-identity";
import { rangesDisjoint } from "./me-002-ranges-disjoint";
import { cacheTtl } from "./me-003-cache-ttl";
import { oneDatapath } from "./me-004-one-datapath";
import { oneMaximum } from "./me-005-one-maximum";
import { oneEncryption } from "./me-006-one-encryption";
import { versionSkew } from "./me-007-version-skew";
import { wireguardDualStack } from "./me-008-wireguard-dual-stack";
import { openingsToPeers } from "./me-009-openings";
import { noManagedMesh } from "./me-010-no-managed-mesh";
import { webhooksReachable } from "./me-011-webhooks-reachable";

/** The rules about the network between sites, in the order in which they are reported. */
export const meshRules: readonly Rule[] = [
  meshIdentity,
  rangesDisjoint,
  cacheTtl,
  oneDatapath,
  oneMaximum,
  oneEncryption,
  versionSkew,
  wireguardDualStack,
  openingsToPeers,
  noManagedMesh,
  webhooksReachable,
];
