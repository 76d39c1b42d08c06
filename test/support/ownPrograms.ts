import { after, before } from "node:test";

/** For a suite that is about the processes of programs: each gets one of its own, as users' do. See hostedPrograms.cjs. */
export function ownPrograms(): void {
  before(() => {
    process.env.MULTISITE_OWN_PROGRAMS = "1";
  });
  after(() => {
    delete process.env.MULTISITE_OWN_PROGRAMS;
  });
}
