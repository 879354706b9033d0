/** What may become of one field of a record. */
export interface FieldRule {
  /** Written to the database. What is not lives in memory, and is gone with the phone. */
  readonly persisted: boolean;
  /** May stand in a log line as it is. */
  readonly logged: boolean;
  /** Goes to panels. What is not stays in the phone. */
  readonly shown: boolean;
}

/** One rule for each field: a new field does not compile without one. */
export type FieldRules<Value> = { readonly [Field in keyof Value]-?: FieldRule };

/** The fields that may be put to this use, and no other: what has no rule is left out. */
export function pickFields<Value extends object>(
  value: Value,
  rules: FieldRules<Value>,
  use: keyof FieldRule,
): Partial<Value> {
  const picked: Partial<Value> = {};
  for (const field of Object.keys(rules) as (keyof Value)[]) {
    if (rules[field][use] && value[field] !== undefined) picked[field] = value[field];
  }
  return picked;
}
