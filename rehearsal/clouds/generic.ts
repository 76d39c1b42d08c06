import type { Cloud } from "./model";

/** A package that no cloud of ours knows: the shapes of its SDK, and the bridge's way of naming. */
export function genericCloud(name: string): Cloud {
  return {
    name,
    title: name,
    fills: true,
    model: () => undefined,
    function: () => undefined,
    account: (config) => ({ owner: "default", region: undefined, facts: {}, config }),
    region: () => undefined,
    autoname: ({ inputs }) => {
      const input = inputs.get("name");
      const isNamed = input?.optional === true && input.type.kind === "string";
      return isNamed ? { property: "name", separator: "-", digits: 7, maxLength: 255 } : undefined;
    },
    immutable: () => [],
    id: (_subject, _schema, hex) => hex(20),
    text: () => () => undefined,
  };
}
