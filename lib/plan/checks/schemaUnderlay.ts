import { anyText, flag, list, optional, strict, text, whole, word } from "./leaves";
import { arn, awsAccount, gcpProject, guid } from "./schemaSites";

const hub = strict({
  region: text(
    `the name of a region such as "eu-central-1", "europe-west1" or "westeurope"`,
    /^[A-Za-z0-9][-A-Za-z0-9]{0,62}$/,
  ),
});

const owners = strict({
  aws: optional(
    strict({
      account: awsAccount,
      roleArn: optional(arn),
      sharing: optional(word(["organization", "invitation"])),
    }),
  ),
  gcp: optional(
    strict({
      project: gcpProject,
      members: optional(
        list(
          text(
            `an IAM member such as "serviceAccount:deploy@shop.iam.gserviceaccount.com"`,
            /^(serviceAccount|user|group|principal|principalSet):\S+$/,
          ),
          "IAM members",
        ),
      ),
    }),
  ),
  azure: optional(
    strict({
      subscription: guid,
      tenant: optional(guid),
      principal: optional(guid),
    }),
  ),
});

/** The structure of `underlay`. */
export const underlaySchema = strict({
  topology: optional(word(["mesh", "hubs"])),
  links: optional(
    list(
      strict({
        between: list(anyText(32, "the name of a site"), "the names of two sites"),
        kind: optional(word(["peering", "vpn", "interconnect"])),
        given: optional(flag),
        mtuBytes: optional(whole(576, 9001, " (bytes)")),
        bandwidthMbps: optional(whole(1, 400_000, " (Mbit/s)")),
        tunnelRange: optional(anyText(64, `a /28 such as "169.254.21.16/28"`)),
      }),
      "links",
    ),
  ),
  hubs: optional(
    strict({
      aws: optional(list(hub, "two hubs")),
      gcp: optional(list(hub, "two hubs")),
      azure: optional(list(hub, "two hubs")),
    }),
  ),
  hubOwners: optional(owners),
  hubRange: optional(anyText(18, `a private range of /17 or wider, such as "10.0.0.0/16"`)),
});
