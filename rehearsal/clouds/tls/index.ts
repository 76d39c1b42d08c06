import { genericCloud } from "../generic";
import type { Cloud } from "../model";
import { tlsFunctions, tlsModels } from "./models";

/** `@pulumi/tls`, which is no cloud: its things live in the state only, and are made here as there. */
export const tls: Cloud = {
  ...genericCloud("tls"),
  model: (type) => (Object.hasOwn(tlsModels, type) ? tlsModels[type] : undefined),
  function: (token) => (Object.hasOwn(tlsFunctions, token) ? tlsFunctions[token] : undefined),
  // Inputs that are absent stay absent: a default here would differ from the next run's.
  fills: false,
};
