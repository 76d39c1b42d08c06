import { CILIUM_MINORS } from "../versions";
import { optional, strict, text, whole, word } from "./leaves";

/** Modes of Cilium that one mesh over several clouds cannot have, by the names under which people look for them. */
const REFUSED: Readonly<Record<string, string>> = {
  eni: "would give EKS pods the VPC's addresses",
  gke: "would route pods natively",
  azure: "would give AKS pods the VNet's addresses",
  chaining: "would put Cilium behind another CNI",
  cni: "would put Cilium behind another CNI",
  routingMode: "would choose a datapath",
  ipv4NativeRoutingCIDR: "would route pods natively",
};

/** The structure of `spec.mesh`. */
export const meshSchema = strict(
  {
    implementation: optional(word(["cilium", "none"])),
    ciliumVersion: optional(word(CILIUM_MINORS)),
    encryption: optional(word(["wireguard", "none"])),
    mtuBytes: optional(whole(1280, 9001, " (bytes that the narrowest link between two sites carries)")),
    cacheTtlSeconds: optional(whole(30, 3600, " (seconds; 0 would keep a dead site's backends for ever)")),
    gate: optional(word(["built", "all", "none"])),
    withdrawer: optional(
      strict(
        { image: optional(text("an image such as docker.io/library/node:24.11.1-alpine3.22", /^[a-z0-9][\w./:@-]*$/)) },
        { allowed: "an object such as {}" },
      ),
    ),
  },
  {
    allowed: `an object such as {} or { encryption: "none" }`,
    stranger: (name) =>
      Object.hasOwn(REFUSED, name)
        ? `${REFUSED[name]}, and all sites of a mesh have one datapath, VXLAN: remove it.`
        : undefined,
  },
);
