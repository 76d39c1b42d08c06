import type { Making, Model, Subject } from "../model";

/** An ARN of the resource's account; the region is empty for services that are global. */
export function arn(
  { account: { owner, facts }, region }: Subject,
  service: string,
  resource: string,
  isGlobal = false,
): string {
  return `arn:${facts.partition}:${service}:${isGlobal ? "" : region}:${owner}:${resource}`;
}

/** The id of a thing of EC2: its kind and 17 hexadecimal digits. */
export function ec2Id(kind: string): NonNullable<Model["id"]> {
  return ({ hex }) => `${kind}-0${hex(16)}`;
}

/** What most things of EC2 answer with. */
export function ec2Outputs(kind: string): (making: Making) => { arn: string; ownerId: string | undefined } {
  return (making) => ({ arn: arn(making, "ec2", `${kind}/${making.id}`), ownerId: making.account.owner });
}

/** Type tokens that others refer to. */
export const VPC = "aws:ec2/vpc:Vpc";
export const SUBNET = "aws:ec2/subnet:Subnet";
export const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
export const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";
export const NAT_GATEWAY = "aws:ec2/natGateway:NatGateway";
export const EIP = "aws:ec2/eip:Eip";
export const TRANSIT_GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway";
export const CUSTOMER_GATEWAY = "aws:ec2/customerGateway:CustomerGateway";
export const VPN_CONNECTION = "aws:ec2/vpnConnection:VpnConnection";
export const VPC_ATTACHMENT = "aws:ec2transitgateway/vpcAttachment:VpcAttachment";
export const VPC_PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection";
export const PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
export const CORE_NETWORK = "aws:networkmanager/coreNetwork:CoreNetwork";
export const CORE_POLICY = "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment";
export const CORE_VPC = "aws:networkmanager/vpcAttachment:VpcAttachment";
export const CORE_VPN = "aws:networkmanager/siteToSiteVpnAttachment:SiteToSiteVpnAttachment";
export const CORE_ACCEPTER = "aws:networkmanager/attachmentAccepter:AttachmentAccepter";
export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const EKS_CLUSTER = "aws:eks/cluster:Cluster";
export const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
export const ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry";
export const ROLE = "aws:iam/role:Role";
export const KEY = "aws:kms/key:Key";
export const PRIVATE_CA = "aws:acmpca/certificateAuthority:CertificateAuthority";
export const PRIVATE_CERTIFICATE = "aws:acmpca/certificate:Certificate";
export const PRIVATE_CA_CERTIFICATE = "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate";
export const SECRET = "aws:secretsmanager/secret:Secret";
export const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
export const SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";
export const TARGET_GROUP = "aws:lb/targetGroup:TargetGroup";
/** A VPC and a cluster bring a security group each. */
export const SECURITY_GROUPS = [SECURITY_GROUP, VPC, EKS_CLUSTER];
