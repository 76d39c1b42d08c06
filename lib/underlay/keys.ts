import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../lateError";

/** Characters that nobody guesses. */
export const SHORTEST_SECRET = 32;

/**
 * The key of one tunnel, from the fleet's secret: hexadecimal digits, which every cloud takes, behind a letter, because
 * AWS refuses keys that begin with 0. Each tunnel's is its own, and tells nothing of the secret.
 */
export function tunnelKey(secret: pulumi.Input<string>, tunnel: string): pulumi.Output<string> {
  return pulumi.secret(secret).apply((text) => {
    if (!(text?.length >= SHORTEST_SECRET)) {
      throw new LateError(
        `tunnelSecret has ${text?.length ?? "no"} characters: give ${SHORTEST_SECRET} or more that nobody can guess.`,
      );
    }
    return `k${createHmac("sha256", text).update(tunnel).digest("hex").slice(0, 62)}`;
  });
}
