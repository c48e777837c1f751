/**
 * What of TypeBox's builder the declarations use, without TypeBox: importing all of its types takes as long as the checks themselves
 * (some 250 modules; 100 ms and 10 MB on Node), at every start. The schemas are the same JSON Schema, with the same types.
 *
 * @module
 */
import type {
  TArray,
  TArrayOptions,
  TBoolean,
  TEnum,
  TInteger,
  TNull,
  TNumber,
  TNumberOptions,
  TObjectOptions,
  TRecord,
  TSchema,
  TSchemaOptions,
  TString,
  TStringOptions,
  TUnion,
} from "typebox";

/** Handed to the schemas of declarations. TypeBox's `Type` is one. */
export interface TypeBuilder {
  Null(): TNull;
  Boolean(): TBoolean;
  Integer(options?: TNumberOptions): TInteger;
  Number(options?: TNumberOptions): TNumber;
  String(options?: TStringOptions): TString;
  Array<Item extends TSchema>(items: Item, options?: TArrayOptions): TArray<Item>;
  Enum<Values extends (string | number)[]>(values: readonly [...Values], options?: TSchemaOptions): TEnum<Values>;
  Union<Branches extends TSchema[]>(anyOf: [...Branches], options?: TSchemaOptions): TUnion<Branches>;
  /** An object whose names match the pattern of `key`. */
  Record<Value extends TSchema>(key: TString, value: Value, options?: TObjectOptions): TRecord<"^.*$", Value>;
}

/** The builder. */
export const schemaBuilder: TypeBuilder = {
  Null: () => brand<TNull>("Null", { type: "null" }),
  Boolean: () => brand<TBoolean>("Boolean", { type: "boolean" }),
  Integer: (options) => brand<TInteger>("Integer", { type: "integer", ...options }),
  Number: (options) => brand<TNumber>("Number", { type: "number", ...options }),
  String: (options) => brand<TString>("String", { type: "string", ...options }),
  Array: <Item extends TSchema>(items: Item, options?: TArrayOptions) =>
    brand<TArray<Item>>("Array", { type: "array", items, ...options }),
  Enum: <Values extends (string | number)[]>(values: readonly [...Values], options?: TSchemaOptions) =>
    brand<TEnum<Values>>("Enum", { enum: [...values], ...options }),
  Union: <Branches extends TSchema[]>(anyOf: [...Branches], options?: TSchemaOptions) =>
    brand<TUnion<Branches>>("Union", { anyOf, ...options }),
  Record: <Value extends TSchema>(key: TString, value: Value, options?: TObjectOptions) => {
    const pattern = "pattern" in key && typeof key.pattern === "string" ? key.pattern : "^.*$";
    return brand<TRecord<"^.*$", Value>>("Record", { type: "object", patternProperties: { [pattern]: value }, ...options });
  },
};

/** TypeBox's mark of a kind, which does not show in JSON; the type of a schema is known by it. */
function brand<S extends TSchema & { readonly "~kind": string }>(kind: S["~kind"], keywords: object): S {
  return Object.defineProperty(keywords, "~kind", { value: kind }) as S;
}
