import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Lease } from "@pulumi/kubernetes/coordination/v1/lease";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type * as pulumi from "@pulumi/pulumi";
import { MESH_NAMESPACE, WITHDRAWN_RECORD } from "../../plan/mesh/peers";
import type { WithdrawerPlan } from "../../plan/mesh/withdrawerPlan";
import { admissionSpec, deploymentSpec, programObject, roleRules, WITHDRAWER } from "./objects";

/**
 * The withdrawer in one cluster. What it writes, the list of the withdrawn and its lease, is made here once and left to it:
 * an update gives neither back. The peers themselves stay the program's: see `docs/mesh.md`.
 */
export function withdrawer(site: string, plan: WithdrawerPlan, options: pulumi.CustomResourceOptions): pulumi.Resource {
  const metadata = { name: WITHDRAWER, namespace: MESH_NAMESPACE };
  const name = `${site}-withdrawer`;
  const account = new ServiceAccount(name, { metadata }, options);
  const role = new Role(name, { metadata, rules: roleRules() }, options);
  const binding = new RoleBinding(
    name,
    {
      metadata,
      subjects: [{ kind: "ServiceAccount", name: WITHDRAWER, namespace: MESH_NAMESPACE }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: WITHDRAWER },
    },
    options,
  );
  const cluster = { name: WITHDRAWER };
  const policy = new ValidatingAdmissionPolicy(name, { metadata: cluster, spec: admissionSpec() }, options);
  const enforced = new ValidatingAdmissionPolicyBinding(
    name,
    { metadata: cluster, spec: { policyName: WITHDRAWER, validationActions: ["Deny"] } },
    options,
  );
  const record = new ConfigMap(
    `${site}-withdrawn`,
    { metadata: { ...metadata, name: WITHDRAWN_RECORD }, data: {} },
    { ...options, ignoreChanges: ["data"] },
  );
  const lease = new Lease(name, { metadata }, { ...options, ignoreChanges: ["spec"] });
  const program = new ConfigMap(`${name}-program`, programObject(plan), options);
  const given = [options.dependsOn ?? []].flat() as pulumi.Resource[];
  // Nobody may patch pods before the policy says which.
  const dependsOn = [...given, account, role, binding, policy, enforced, record, lease, program];
  return new Deployment(name, { metadata, spec: deploymentSpec(plan) }, { ...options, dependsOn });
}
