import { isCloud } from "../faultDomains";
import type { FleetSpec } from "../spec";
import { CLOUD_LINKS } from "../underlay/facts";
import { madeMtuBytes, pairSupport } from "../underlay/kinds";
import { pairKey } from "../underlay/links";
import type { LinkSpec } from "../underlay/spec";
import type { Draft } from "./structure";
import type { Declared, LinkableSite } from "./underlay";
import type { Report } from "./wording";

/** The least that mesh.mtuBytes may be. */
const LEAST_BYTES = 1280;

/** A mesh that is told of larger packets than the links pass loses all that are full. */
export function checkMeshMtu(
  { mesh }: Draft<FleetSpec>,
  sites: readonly LinkableSite[],
  declared: Declared,
  report: Report,
): void {
  if (mesh === undefined || mesh.implementation === "none") return;
  for (const { link, path } of declared.values()) {
    if (link.mtuBytes === undefined || link.mtuBytes >= LEAST_BYTES) continue;
    report(
      [...path, "mtuBytes"],
      `is ${link.mtuBytes}, and a mesh is linked by no less than ${LEAST_BYTES}: its own headers take 130 of them. Widen the link.`,
    );
  }
  const asked = mesh.mtuBytes;
  if (asked === undefined) return;
  const linked = sites.filter(({ isLinked }) => isLinked);
  for (const [index, a] of linked.entries()) {
    for (const b of linked.slice(index + 1)) {
      const passes = passedBytes(a, b, declared.get(pairKey(a.name, b.name))?.link);
      if (passes === undefined || asked <= passes) continue;
      report(
        ["mesh", "mtuBytes"],
        `is ${asked}, but what links ${a.name} and ${b.name} passes ${passes}: give ${passes} or less, or leave it out, which takes ` +
          `the narrowest of all links.`,
      );
      return;
    }
  }
}

/** The largest packet between two sites; undefined where nothing links them, or nobody says. */
function passedBytes(a: LinkableSite, b: LinkableSite, link: Draft<LinkSpec> | undefined): number | undefined {
  const { allowed, made } = pairSupport(a, b);
  // A kind that the pair does not support is refused elsewhere, and passes nothing.
  const kind = link?.kind !== undefined && allowed.includes(link.kind) ? link.kind : made;
  const ends = [a.provider, b.provider].filter(isCloud).map((cloud) => CLOUD_LINKS[cloud].networkMtuBytes);
  const isMade = kind !== undefined && kind !== "interconnect" && link?.given !== true && a.isOwn && b.isOwn;
  const found = [
    ...ends,
    ...(isMade ? [madeMtuBytes(kind, [a.provider, b.provider])] : []),
    ...(link?.mtuBytes === undefined ? [] : [link.mtuBytes]),
  ];
  return kind === undefined || (!isMade && link?.mtuBytes === undefined) ? undefined : Math.min(...found);
}
