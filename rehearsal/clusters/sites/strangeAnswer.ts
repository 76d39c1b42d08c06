/** Characters of an answer that are shown. */
const SHOWN = 200;

/** An answer of success that no API server gives: a proxy before it does, or another server at its address. */
export class StrangeAnswer extends Error {
  /** The answer in one line, shortened. No part of the message: it may hold what only the site's own people should see. */
  readonly shown: string;

  /** @param what it is, such as `text/html`. */
  constructor(what: string, answer: string) {
    super(`it answered with ${what}, as no API server does`);
    this.name = "StrangeAnswer";
    const line = answer.replace(/\s+/g, " ").trim();
    this.shown = line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line || "nothing";
  }
}

/**
 * What an API server's list holds. The client makes an object of its type of any JSON that it is given.
 * @throws StrangeAnswer when the answer is no list of objects.
 */
export function itemsOf<T extends object>(list: { items: T[] }): T[] {
  return membersOf(list, "items");
}

/** The same for a list by another name. */
export function membersOf<T extends object>(answer: unknown, name: string): T[] {
  const members = (answer as { [name: string]: unknown } | null | undefined)?.[name];
  const isList = Array.isArray(members) && members.every((one) => typeof one === "object" && one !== null);
  if (!isList) throw new StrangeAnswer("what is no list", String(JSON.stringify(answer)));
  return members;
}
