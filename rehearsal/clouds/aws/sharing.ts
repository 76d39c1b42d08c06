import type { Making, Model } from "../model";
import { matches } from "../rules";
import { text } from "../wire";
import type { Thing } from "../world";
import { arn, CORE_NETWORK } from "./arns";

const SHARE = "aws:ram/resourceShare:ResourceShare";
const RESOURCE = "aws:ram/resourceAssociation:ResourceAssociation";
const PRINCIPAL = "aws:ram/principalAssociation:PrincipalAssociation";
const ACCEPTER = "aws:ram/resourceShareAccepter:ResourceShareAccepter";

const ofShare = { resourceShareArn: { to: [SHARE], holds: true } } as const;

/** Sharing between accounts. Sources: the AWS RAM guide and API reference, and `ForceNew` in terraform-provider-aws 6. */
export const sharingModels: { readonly [type: string]: Model } = {
  [SHARE]: {
    id: (it) => arn(it, "ram", `resource-share/${it.hex(8)}-${it.hex(4, "b")}-${it.hex(12, "c")}`),
    name: { property: "name" },
    unique: [],
    outputs: (it) => ({ arn: it.id, allowExternalPrincipals: false, resourceArns: [] }),
  },
  [RESOURCE]: {
    id: ({ inputs }) => `${text(inputs, "resourceShareArn")},${text(inputs, "resourceArn")}`,
    immutable: ["*"],
    refers: { ...ofShare, resourceArn: { to: [CORE_NETWORK], isAnywhere: true } },
    world: [sharedAtHome],
  },
  [PRINCIPAL]: {
    id: ({ inputs }) => `${text(inputs, "resourceShareArn")},${text(inputs, "principal")}`,
    immutable: ["*"],
    values: { principal: matches(/^(\d{12}|arn:aws[\w-]*:(iam|organizations)::.+)$/, "an account or an ARN") },
    refers: ofShare,
  },
  [ACCEPTER]: {
    id: ({ inputs }) => text(inputs, "shareArn") ?? "",
    immutable: ["*"],
    unique: [["shareArn"]],
    refers: { shareArn: { to: [SHARE], isAnywhere: true } },
    world: [invited],
    outputs: (it) => ({
      shareName: text(it.target("shareArn")?.inputs, "name") ?? "",
      status: "ACTIVE",
      receiverAccountId: it.account.owner,
      senderAccountId: ownerOf(it.target("shareArn")),
      invitationArn: `${it.id.replace("resource-share/", "resource-share-invitation/")}`,
      resources: [],
    }),
  },
};

/** What keeps an account from a thing of another; undefined where the thing is shared with it. */
export function sharedWith(it: Making, thing: Thing, account: string): string | undefined {
  const shares = [...it.world.usersOf(thing)]
    .filter(({ type }) => type === RESOURCE)
    .flatMap(({ uses }) => uses.filter(({ target }) => target.type === SHARE).map(({ target }) => target));
  const named = shares.filter((share) =>
    [...it.world.usersOf(share)].some(
      ({ type, inputs }) => type === PRINCIPAL && text(inputs, "principal") === account,
    ),
  );
  if (named.length === 0) return `which does not share it with ${account}`;
  const isOpen = named.some(
    (share) =>
      share.inputs.allowExternalPrincipals !== true ||
      [...it.world.usersOf(share)].some((user) => user.type === ACCEPTER && ownerOf(user) === account),
  );
  return isOpen ? undefined : `whose share ${account} has not accepted`;
}

/** Core networks are shared in us-east-1, whatever regions they span (AWS RAM guide, shareable resources). */
function sharedAtHome(it: Making): string | undefined {
  if (it.target("resourceArn")?.type !== CORE_NETWORK) return undefined;
  const home = it.account.facts.partition === "aws-us-gov" ? "us-gov-west-1" : "us-east-1";
  return it.region === home ? undefined : `resourceArn: a core network is shared in ${home}, not in ${it.region}`;
}

/** There is something to accept only for an account outside the organization that the share names. */
function invited(it: Making): string | undefined {
  const share = it.target("shareArn");
  if (share === undefined) return undefined;
  const isNamed = [...it.world.usersOf(share)].some(
    ({ type, inputs }) => type === PRINCIPAL && text(inputs, "principal") === it.account.owner,
  );
  if (isNamed && share.inputs.allowExternalPrincipals === true) return undefined;
  return `shareArn: ${share.id} has no invitation for ${it.account.owner}`;
}

function ownerOf(thing: Thing | undefined): string | undefined {
  return thing?.scope.split("/")[1];
}
