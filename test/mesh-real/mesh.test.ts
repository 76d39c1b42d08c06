import { describe } from "node:test";
import { askedMachine } from "./prerequisites";
import { openStage } from "./stage";
import { LOST, lossSteps } from "./steps/losses";
import { membershipSteps, STRANGER } from "./steps/membership";
import { quorumSteps } from "./steps/quorum";
import { rotationSteps } from "./steps/rotation";
import { serviceSteps } from "./steps/services";
import { withdrawerSteps } from "./steps/withdrawer";

const asked = askedMachine();

describe("a real mesh, configured by a rehearsal", { skip: typeof asked === "string" && asked }, () => {
  const stage = openStage();
  // One mesh for all of them, in this order: bringing it up is most of what they cost.
  serviceSteps(stage);
  rotationSteps(stage);
  quorumSteps(stage, () => stage.fleet.rehearseAhead(...STRANGER));
  membershipSteps(stage);
  withdrawerSteps(stage, () => stage.fleet.rehearseAhead(LOST));
  lossSteps(stage);
});
