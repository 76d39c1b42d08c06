/** `pulumi-multisite/aws`: what needs the AWS SDK, `@pulumi/aws`. */
export { eks } from "./clusters/eks";
export { globalAccelerator } from "./traffic/globalAccelerator";
export { route53 } from "./traffic/route53";
export { awsPrivateCa, type PrivateCaOptions } from "./trust/aws/privateCa";
export { awsSecretsManager, awsStoredTrust, type SecretsManagerOptions } from "./trust/aws/secretsManager";
