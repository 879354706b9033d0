declare const brand: unique symbol;

/** A text that has passed its guard, and cannot be taken for an id of another kind. */
type Id<Name extends string> = string & { readonly [brand]: Name };

/** SIP's Call-ID (RFC 3261 §8.1.1.4): names a call on every wire and in every log. */
export type CallId = Id<"CallId">;

/** The other side's tag (RFC 3261 §19.3): names one dialog of a call, which is one device of the other side. */
export type DialogTag = Id<"DialogTag">;

/** The RFC 7638 thumbprint of a device's signing key. */
export type DeviceId = Id<"DeviceId">;

/** One question over the bus, chosen by who asks. */
export type AskId = Id<"AskId">;

/** A call that a page has offered and the user may place. */
export type OfferId = Id<"OfferId">;

const CALL_ID_LENGTH = 255;
const TAG_LENGTH = 128;

// callid = word [ "@" word ] (RFC 3261 §25.1). The class and the bound leave nothing to backtrack over.
const CALL_ID = /^[\w\-.!%*+`'~()<>:\\"/[\]?{}]+(?:@[\w\-.!%*+`'~()<>:\\"/[\]?{}]+)?$/;
const THUMBPRINT = /^[\w-]{43}$/;
const SHORT_ID = /^[\w-]{8,64}$/;
const TOKEN = /^[\w\-.!%*+`'~]+$/;

/**
 * @example
 * isCallId("f81d4fae-7dec-11d0-a765-00a0c91e6bf6@node.example") // true
 */
export function isCallId(value: unknown): value is CallId {
  return typeof value === "string" && value.length <= CALL_ID_LENGTH && CALL_ID.test(value);
}

/**
 * @example
 * isDialogTag("a6c85cf") // true
 * isDialogTag("two words") // false
 */
export function isDialogTag(value: unknown): value is DialogTag {
  return typeof value === "string" && value.length <= TAG_LENGTH && TOKEN.test(value);
}

/**
 * @example
 * isDeviceId("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs") // true
 */
export function isDeviceId(value: unknown): value is DeviceId {
  return typeof value === "string" && THUMBPRINT.test(value);
}

/**
 * @example
 * isAskId("3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11") // true
 */
export function isAskId(value: unknown): value is AskId {
  return typeof value === "string" && SHORT_ID.test(value);
}

/**
 * @example
 * isOfferId("o-41c2f09b77") // true
 */
export function isOfferId(value: unknown): value is OfferId {
  return typeof value === "string" && SHORT_ID.test(value);
}
