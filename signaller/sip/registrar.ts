import { type Binding as Device, isSameDevice } from "../../protocol/sip/registrar-bindings.ts";
import type { Flow } from "./flow.ts";

/** A device of a user, and the connection that holds it. Kept in memory only, and no longer than its flow. */
export interface Binding extends Device {
  /** The user part of its address of record, in the form of `toUserKey`. */
  readonly user: string;
  /** `toContactKey(contact)`. */
  readonly contactKey: string;
  readonly flow: Flow;
}

/** Who is where. It decides nothing: `register.ts` says what may be written. */
export interface Registrar {
  /** Live bindings of a user, the newest last. */
  bindingsOf(user: string): readonly Binding[];
  bindingsOn(flow: Flow): readonly Binding[];
  /** The flow of the device that gave this Contact, registered or noted. */
  flowOf(contactKey: string): Flow | undefined;
  /** Writes a binding in place of the user's older one of the same device. */
  put(binding: Binding): void;
  remove(binding: Binding): void;
  /**
   * Lets requests to a Contact of an unregistered client find it. A Contact that a live flow holds stays with it.
   * False when it is another's.
   */
  note(contactKey: string, flow: Flow): boolean;
  /** How many Contacts were noted for a flow. */
  notedOn(flow: Flow): number;
  /** The flow is gone, and all it held. */
  forget(flow: Flow): void;
  /** Removes what has expired. */
  sweep(): void;
  readonly users: number;
  readonly size: number;
}

const NONE: readonly Binding[] = [];

/** @param now seconds of the monotonic clock */
export function createRegistrar(now: () => number): Registrar {
  const users = new Map<string, Binding[]>();
  const flows = new Map<Flow, Binding[]>();
  const contacts = new Map<string, Flow>();
  const noted = new Map<Flow, string[]>();
  let size = 0;

  return {
    bindingsOf(user) {
      const bindings = users.get(user);
      if (bindings === undefined) return NONE;
      const time = now();
      return bindings.some(binding => binding.expires <= time)
        ? bindings.filter(binding => binding.expires > time)
        : bindings;
    },
    bindingsOn: flow => flows.get(flow) ?? NONE,
    flowOf: contactKey => contacts.get(contactKey),
    put(binding) {
      for (const older of users.get(binding.user) ?? NONE) {
        if (isSameDevice(older, binding)) {
          remove(older);
          break;
        }
      }
      append(users, binding.user, binding);
      append(flows, binding.flow, binding);
      hold(binding.contactKey, binding.flow);
      size++;
    },
    remove,
    note(contactKey, flow) {
      if (!hold(contactKey, flow)) return false;
      const keys = noted.get(flow);
      if (keys === undefined) noted.set(flow, [contactKey]);
      else if (!keys.includes(contactKey)) keys.push(contactKey);
      return true;
    },
    forget(flow) {
      for (const binding of [...(flows.get(flow) ?? NONE)]) remove(binding);
      for (const key of noted.get(flow) ?? []) if (contacts.get(key) === flow) contacts.delete(key);
      noted.delete(flow);
    },
    notedOn: flow => noted.get(flow)?.length ?? 0,
    sweep() {
      const time = now();
      for (const bindings of users.values()) {
        for (const binding of bindings.filter(({ expires }) => expires <= time)) remove(binding);
      }
    },
    get users() {
      return users.size;
    },
    get size() {
      return size;
    },
  };

  function remove(binding: Binding): void {
    if (!drop(users, binding.user, binding)) return;
    drop(flows, binding.flow, binding);
    size--;
    const { contactKey, flow } = binding;
    if (contacts.get(contactKey) !== flow) return;
    const stillHeld = flows.get(flow)?.some(other => other.contactKey === contactKey);
    if (!stillHeld && !noted.get(flow)?.includes(contactKey)) contacts.delete(contactKey);
  }

  function hold(contactKey: string, flow: Flow): boolean {
    const holder = contacts.get(contactKey);
    if (holder !== undefined && holder !== flow && !holder.closed) return false;
    contacts.set(contactKey, flow);
    return true;
  }
}

function append<Key>(map: Map<Key, Binding[]>, key: Key, binding: Binding): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [binding]);
  else list.push(binding);
}

function drop<Key>(map: Map<Key, Binding[]>, key: Key, binding: Binding): boolean {
  const list = map.get(key);
  const at = list?.indexOf(binding) ?? -1;
  if (list === undefined || at < 0) return false;
  if (list.length === 1) map.delete(key);
  else list.splice(at, 1);
  return true;
}
