/** An anycast front before the sites of a fleet that is inside one cloud. */
export type FrontSpec = GlobalAcceleratorSpec | GlobalLoadBalancerSpec | FrontDoorSpec;

export type FrontService = FrontSpec["service"];

/** AWS Global Accelerator: two addresses for all sites, each user entering at the nearest of AWS's edges. */
export interface GlobalAcceleratorSpec {
  service: "globalAccelerator";
  /** The twelve digits of the AWS account. All sites are in it: an accelerator takes endpoints of its own account. */
  account: string;
  /** ARN of the role to assume in the account. @default the runner's own credentials */
  roleArn?: string;
  /** Seconds between two checks. @default 10 */
  intervalSeconds?: 10 | 30;
  /** Checks in a row that must fail, 1 to 10. @default 3 */
  failures?: number;
}

/** Google's global external Application Load Balancer: a proxy at Google's edges before the sites' nodes. */
export interface GlobalLoadBalancerSpec {
  service: "globalLoadBalancer";
  /** Project id. All sites are in it: a load balancer takes groups of nodes of its own project. */
  project: string;
  /** Port of every node by which it reaches the gateway, 30000 to 32767: `nodePort` of the gateway's Service. @default 30443 */
  nodePort?: number;
  /** Seconds between two checks, 1 to 300. @default 5 */
  intervalSeconds?: number;
  /** Checks in a row that must fail, 1 to 10. @default 2 */
  failures?: number;
}

/** Azure Front Door: a proxy at Azure's edges that ends the users' TLS with a certificate of its own. */
export interface FrontDoorSpec {
  service: "frontDoor";
  /** Subscription id. */
  subscription: string;
  /** Tenant id of the subscription. */
  tenant: string;
  /** Name of the resource group that is made for it. @default Pulumi's own, from "front" */
  resourceGroup?: string;
  /** Region of that group; the service itself is global. @default "westeurope" */
  location?: string;
  /** `Standard`, or `Premium` with Azure's managed rules for firewalls. @default "Standard" */
  tier?: "Standard" | "Premium";
  /** Seconds between two checks by one edge, 5 to 255. @default 10 */
  intervalSeconds?: number;
  /** Of the last four checks, how many must fail: 1 to 4. @default 2 */
  failures?: number;
}
