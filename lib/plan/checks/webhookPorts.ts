import type { EksSiteSpec } from "../spec";
import { isLibraryWebhook, takenBy } from "../webhookPorts";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import type { Report } from "./wording";

const NAME = /^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/;

/** Ports that a team reserves on its nodes: each free, and given once. */
export function checkWebhookPorts(sites: readonly DraftSite[], report: Report): void {
  for (const { site, path } of sites) {
    if (site.kind !== "eks") continue;
    const first = new Map<number, string>();
    for (const [name, port] of Object.entries((site as Draft<EksSiteSpec>).webhookPorts ?? {})) {
      if (port === undefined) continue;
      const at = [...path, "webhookPorts", name];
      if (!NAME.test(name)) report(at, `is no name: give 1 to 32 of a-z, 0-9 and "-", beginning with a letter.`);
      if (isLibraryWebhook(name)) report(at, `is the library's own, which is reserved already: remove it.`);
      const owner = takenBy(port);
      const other = first.get(port);
      if (owner !== undefined) report(at, `is ${port}, a port of ${owner} on every node: give another, such as 10290.`);
      else if (other !== undefined)
        report(at, `is ${port}, which "${other}" has already: two would never share a node.`);
      first.set(port, name);
    }
  }
}
