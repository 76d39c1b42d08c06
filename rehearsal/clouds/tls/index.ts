import { genericCloud } from "../generic";
import type { Cloud } from "../model";
export const tls: Cloud = { ...genericCloud("tls") };
