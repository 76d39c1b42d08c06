import * as pulumi from "@pulumi/pulumi";

/**
 * What is wrong with a value that is known during a run only. The user sees its sentences once and alone, however many resources
 * wait for the value: of any other error the SDK changes the message on its way through each property of each of them, and
 * shows the stack where it comes up after the program's last line.
 */
export class LateError extends pulumi.RunError {
  constructor(sentences: string) {
    super(sentences);
    Object.defineProperty(this, "message", { get: () => sentences, set: () => undefined });
    this.stack = sentences;
  }
}
