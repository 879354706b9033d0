import { splitList } from "./comma-list.ts";
import { headerKey } from "./header-names.ts";
import type { ByteText, SipHeader, SipMessage } from "./message.ts";

// Each returns a new message and leaves the one it was given as it is; headers it does not name stay as they
// are, in their order.

export function toHeader(name: string, value: ByteText): SipHeader {
  return { key: headerKey(name), name, value };
}

/** In place of the first header of that kind, all others of the kind gone; or at the end. */
export function withHeader<M extends SipMessage>(message: M, name: string, value: ByteText): M {
  const line = toHeader(name, value);
  const { key } = line;
  const headers: SipHeader[] = [];
  let placed = false;
  for (const old of message.headers) {
    if (old.key !== key) headers.push(old);
    else if (!placed) {
      headers.push(line);
      placed = true;
    }
  }
  if (!placed) headers.push(line);
  return { ...message, headers };
}

export function withoutHeader<M extends SipMessage>(message: M, name: string): M {
  const key = headerKey(name);
  return { ...message, headers: message.headers.filter(line => line.key !== key) };
}

/** As the top one of its kind: before the first of it, or first of all. */
export function prependHeader<M extends SipMessage>(message: M, name: string, value: ByteText): M {
  const line = toHeader(name, value);
  const at = message.headers.findIndex(old => old.key === line.key);
  return { ...message, headers: message.headers.toSpliced(Math.max(at, 0), 0, line) };
}

/** After all others. */
export function appendHeader<M extends SipMessage>(message: M, name: string, value: ByteText): M {
  return { ...message, headers: [...message.headers, toHeader(name, value)] };
}

/** Without its topmost Via, which may share its line with others. */
export function popVia<M extends SipMessage>(message: M): M {
  return popValue(message, "via");
}

/** Without its topmost Route. */
export function popRoute<M extends SipMessage>(message: M): M {
  return popValue(message, "route");
}

/** With this body; `contentType` "" takes the header away. Content-Length is the affair of `formatMessage`. */
export function withBody<M extends SipMessage>(message: M, contentType: string, body: ByteText): M {
  const typed =
    contentType === ""
      ? withoutHeader(message, "Content-Type")
      : withHeader(message, "Content-Type", contentType);
  return { ...typed, body };
}

function popValue<M extends SipMessage>(message: M, key: string): M {
  const at = message.headers.findIndex(line => line.key === key);
  const line = message.headers[at];
  if (line === undefined) return message;
  const [, ...rest] = splitList(line.value);
  const headers =
    rest.length === 0
      ? message.headers.toSpliced(at, 1)
      : message.headers.with(at, { ...line, value: rest.join(", ") });
  return { ...message, headers };
}
