import type { BinaryReader, BinaryWriter } from "google-protobuf";
import type { ListValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";

/** What google-protobuf calls the messages that JSON travels in. */
export type StructModule = { Struct: typeof Struct; Value: typeof Value; ListValue: typeof ListValue };

/** Fields of a message, the first one at 0: what google-protobuf itself keeps them in. */
type Fields = unknown[];
type Entry = [key: string, value: Fields];
type Made<T> = new (fields: Fields) => T;

/**
 * Has a copy of google-protobuf make, read and write JSON as the arrays of fields that its messages wrap. Its own way makes a
 * message of every value, and at each level goes once more through all that is below: a third of the engine's time for fleets
 * whose clusters get the definitions of Gateway API. Bytes and messages stay the same.
 *
 * Programs get it by its text: it uses nothing from outside of itself, nor functions that compilers name by a helper outside, as
 * esbuild does with arrows.
 */
export function linearStructs(module: StructModule): void {
  const json = {
    struct(object: object): Fields {
      const entries: Entry[] = [];
      for (const key in object) entries.push([key, json.value(object[key as keyof object])]);
      return [json.sorted(entries)];
    },

    list(array: readonly unknown[]): Fields {
      return [Array.from(array, json.value)];
    },

    value(value: unknown): Fields {
      switch (typeof value) {
        case "number":
          return json.only(1, value);
        case "string":
          return json.only(2, value);
        case "boolean":
          return json.only(3, value);
        case "object":
          if (value === null) return json.only(0, 0);
          return Array.isArray(value) ? json.only(5, json.list(value)) : json.only(4, json.struct(value));
        default:
          throw new Error("Unexpected struct type.");
      }
    },

    /** Fields of a value, which has one of them. */
    only(field: number, value: unknown): Fields {
      const fields: Fields = [];
      fields[field] = value;
      return fields;
    },

    plainStruct([entries]: Fields): { [key: string]: unknown } {
      const object: { [key: string]: unknown } = {};
      for (const [key, value] of (entries ?? []) as Entry[]) object[key] = json.plain(value);
      return object;
    },

    plainList([values]: Fields): unknown[] {
      return ((values ?? []) as Fields[]).map(json.plain);
    },

    plain([none, number, text, boolean, struct, list]: Fields): unknown {
      if (list != null) return json.plainList(list as Fields);
      if (struct != null) return json.plainStruct(struct as Fields);
      const value = boolean ?? text ?? number;
      if (value == null && none == null) throw new Error("Unexpected struct type");
      return value ?? null;
    },

    /** Entries in the order in which google-protobuf tells and writes them. */
    sorted(entries: Entry[]): Entry[] {
      return entries.sort(([a], [b]) => Number(a > b) - Number(a < b));
    },

    readStruct(fields: Fields, reader: BinaryReader): void {
      const entries: Entry[] = [];
      while (reader.nextField() && !reader.isEndGroup()) {
        if (reader.getFieldNumber() === 1) entries.push(json.read(["", []], reader, json.readEntry));
        else reader.skipField();
      }
      fields[0] = json.sorted(entries);
    },

    readEntry(entry: Entry, reader: BinaryReader): void {
      while (reader.nextField() && !reader.isEndGroup()) {
        const field = reader.getFieldNumber();
        if (field === 1) entry[0] = reader.readString();
        else if (field === 2) entry[1] = json.read([], reader, json.readValue);
        else reader.skipField();
      }
    },

    readList(fields: Fields, reader: BinaryReader): void {
      const values: Fields[] = [];
      while (reader.nextField() && !reader.isEndGroup()) {
        if (reader.getFieldNumber() === 1) values.push(json.read([], reader, json.readValue));
        else reader.skipField();
      }
      fields[0] = values;
    },

    readValue(fields: Fields, reader: BinaryReader): void {
      while (reader.nextField() && !reader.isEndGroup()) {
        const field = reader.getFieldNumber();
        if (field < 1 || field > 6) {
          reader.skipField();
          continue;
        }
        // The last one tells.
        fields.length = 0;
        fields[field - 1] = json.readKind(field, reader);
      }
    },

    readKind(field: number, reader: BinaryReader): unknown {
      if (field === 1) return reader.readEnum();
      if (field === 2) return reader.readDouble();
      if (field === 3) return reader.readString();
      if (field === 4) return reader.readBool();
      return field === 5 ? json.read([], reader, json.readStruct) : json.read([], reader, json.readList);
    },

    /** A message within the one that is read. */
    read<T extends Fields>(into: T, reader: BinaryReader, fill: (into: T, reader: BinaryReader) => void): T {
      reader.readMessage(into as never, fill as never);
      return into;
    },

    writeStruct([entries]: Fields, writer: BinaryWriter): void {
      for (const entry of (entries ?? []) as Entry[]) writer.writeMessage(1, entry as never, json.writeEntry as never);
    },

    writeEntry([key, value]: Entry, writer: BinaryWriter): void {
      writer.writeString(1, key);
      writer.writeMessage(2, value as never, json.writeValue as never);
    },

    writeList([values]: Fields, writer: BinaryWriter): void {
      for (const value of (values ?? []) as Fields[]) writer.writeMessage(1, value as never, json.writeValue as never);
    },

    writeValue([none, number, text, boolean, struct, list]: Fields, writer: BinaryWriter): void {
      if (none != null) writer.writeEnum(1, none as number);
      if (number != null) writer.writeDouble(2, number as number);
      if (text != null) writer.writeString(3, text as string);
      if (boolean != null) writer.writeBool(4, boolean as boolean);
      if (struct != null) writer.writeMessage(5, struct as never, json.writeStruct as never);
      if (list != null) writer.writeMessage(6, list as never, json.writeList as never);
    },
  };

  const kinds = [
    { kind: module.Struct, make: json.struct, plain: json.plainStruct, read: json.readStruct, write: json.writeStruct },
    { kind: module.ListValue, make: json.list, plain: json.plainList, read: json.readList, write: json.writeList },
    { kind: module.Value, make: json.value, plain: json.plain, read: json.readValue, write: json.writeValue },
  ];
  for (const { kind, make, plain, read, write } of kinds) {
    Object.assign(kind, {
      fromJavaScript(value: never) {
        return new (kind as unknown as Made<Struct>)(make(value));
      },
      deserializeBinaryFromReader(message: Struct, reader: BinaryReader) {
        read(message.toArray(), reader);
        return message;
      },
      serializeBinaryToWriter(message: Struct, writer: BinaryWriter) {
        write(message.toArray(), writer);
      },
    });
    kind.prototype.toJavaScript = function () {
      return plain((this as Struct).toArray()) as never;
    };
  }
}
