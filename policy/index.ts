import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("multisite", {
  displayName: "N+1 for Kubernetes fleets",
  description: "Refuses a program whose service would not outlive the loss of a site.",
  tags: ["multisite", "n+1", "kubernetes"],
  policies,
});
