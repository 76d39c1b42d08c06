/** A size of the general, compute, memory and storage series: series, vCPUs, features and version. */
const SIZE = /^Standard_([BDEFL])\d+(-\d+)?([a-z]*)_v(\d+)$/i;

/**
 * Whether nodes of a size may start by Trusted Launch (Secure Boot and a virtual TPM). AKS has it for generation 2
 * machines on x86, not for Arm64 and confidential ones; with GPUs, Secure Boot refuses the driver that AKS installs. Of
 * sizes that this rule does not name nobody is sure, so they do without: AKS would refuse the pool.
 * https://learn.microsoft.com/azure/aks/use-trusted-launch#limitations (2025-07-15)
 */
export function trustedLaunch(vmSize: string): boolean {
  const [, , , features = "", version] = SIZE.exec(vmSize) ?? [];
  // "s" takes premium disks, as every size of generation 2 does; "p" is Arm64.
  return /s/i.test(features) && !/p/i.test(features) && Number(version) >= 2;
}
