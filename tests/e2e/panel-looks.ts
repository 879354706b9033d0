import type {
  CallView,
  KnownOnChain,
  PeerView,
  PhoneSnapshot,
  RecentView,
} from "../../background/bus/phone-contract.ts";
import { defaultPreferences } from "../../extension/features/preferences/model.ts";
import type { CallId } from "../../protocol/ids.ts";

/** What a panel looks like when the phone tells this. */
export interface Look {
  readonly name: string;
  readonly panel: "popup" | "call" | "welcome";
  readonly snapshot?: PhoneSnapshot;
  /** What is clicked first, one after the other, by its name. */
  readonly clicks?: readonly string[];
  /** What stands there then. */
  readonly shows: string;
}

export const account = "0x52908400098527886E0F7030069857D2E4169EE7";
const other = "0x8617E340B3D01FA5F11F306F4090FD50E238070D";
const longName = "Maximiliane-Bernadette Freifrau von und zu Hohenstaufen-Württemberg";
const longAddress = `sip:${"purchasing.department.of.the.cotton.exchange".repeat(2)}@node-17.telephones.trading-house.example:5061`;

const bob: PeerView = { title: "Bob Ferris", address: account, proof: "account", isContact: true };
const stranger: PeerView = { title: other, address: other, proof: "account", isContact: false };
const foreign: PeerView = {
  title: longAddress,
  address: longAddress,
  proof: "foreign",
  isContact: false,
};
const known: KnownOnChain = {
  chain: "Ethereum",
  name: "bob.eth",
  number: "+999 2000 2000",
  ownsName: true,
  areLinked: true,
  isOffchain: false,
};

export const call: CallView = {
  id: "f81d4fae@node.example" as CallId,
  direction: "incoming",
  stage: "ringing",
  peer: bob,
  context: {
    chainId: 1,
    order: "7351",
    transaction: `0x${"ab".repeat(32)}`,
    origin: "https://otc.example",
    title: "Order 7351",
    amount: "4.2 ETH",
  },
};
const second: CallView = {
  id: "second@node.example" as CallId,
  direction: "incoming",
  stage: "ringing",
  peer: stranger,
};
const talking: CallView = { ...call, stage: "talking", since: Date.now() - 247_000 };

export const signedIn: PhoneSnapshot = {
  revision: 1_000_000,
  me: { account, name: "alice.eth" },
  line: { state: "ready" },
  calls: [call],
  recents: [
    recent("4", { direction: "incoming", missed: true, said: "Missed call: they stopped calling." }),
    recent("3", { direction: "outgoing", missed: false, said: "You hung up." }),
    recent("2", {
      title: longName,
      direction: "incoming",
      said: "The call was stopped: the caller could not prove who they are.",
    }),
    recent("1", {
      title: longAddress,
      address: longAddress,
      direction: "outgoing",
      said: "Nobody answered.",
    }),
  ],
  missed: 1,
  contacts: [
    { id: "1", title: "Bob Ferris", address: account, isBlocked: false },
    { id: "2", title: longName, address: longAddress, isBlocked: false },
    { id: "3", title: "Zoe", address: "sip:zoe@node.example", isBlocked: false },
    { id: "4", title: other, address: other, isBlocked: true },
  ],
  offers: [],
  preferences: {
    ...defaultPreferences,
    ice: {
      servers: [
        { url: "stun:stun.example:3478" },
        { url: "turns:relay.example:443?transport=tcp", username: "alice", credential: "x" },
      ],
      relayOnly: false,
    },
  },
  home: {
    domain: "localhost",
    urls: ["ws://127.0.0.1:9000/"],
    chain: { id: 31337 },
    book: { chains: [{ id: 1, name: "Ethereum", rpcs: [] }] },
  },
};
const quiet: PhoneSnapshot = { ...signedIn, calls: [] };

function at(address: string): Pick<PeerView, "title" | "address"> {
  return { title: address, address };
}

function recent(id: string, more: Partial<RecentView>): RecentView {
  const at = Date.UTC(2026, 10, 20, 9, 41) - Number(id);
  const fields = {
    title: "Bob Ferris",
    address: account,
    direction: "incoming",
    missed: false,
    said: "",
  } as const;
  return { id, at, ...fields, ...more };
}

function withCall(name: string, shown: CallView, more: Partial<Look> & Pick<Look, "shows">): Look {
  return { name, panel: "call", snapshot: { ...signedIn, calls: [shown] }, ...more };
}

const popups: readonly Look[] = [
  { name: "popup-signed-out", panel: "popup", shows: "Not signed in" },
  { name: "popup-no-calls", panel: "popup", clicks: ["Recents"], shows: "No calls yet" },
  { name: "popup-no-contacts", panel: "popup", clicks: ["Contacts"], shows: "No contacts yet" },
  { name: "popup-keypad", panel: "popup", snapshot: quiet, shows: "alice.eth" },
  {
    name: "popup-calls",
    panel: "popup",
    snapshot: { ...signedIn, calls: [talking, second] },
    shows: "Calls you",
  },
  {
    name: "popup-quiet",
    panel: "popup",
    snapshot: { ...quiet, preferences: { ...defaultPreferences, doNotDisturb: true } },
    shows: "nobody rings",
  },
  {
    name: "popup-waiting",
    panel: "popup",
    snapshot: { ...quiet, line: { state: "waiting" } },
    shows: "Trying again by itself",
  },
  {
    name: "popup-recents",
    panel: "popup",
    snapshot: quiet,
    clicks: ["Recents, 1 missed"],
    shows: "Missed call",
  },
  {
    name: "popup-recents-more",
    panel: "popup",
    snapshot: quiet,
    clicks: ["Recents, 1 missed", `More about the call with ${longAddress}`],
    shows: "Keep as contact",
  },
  { name: "popup-contacts", panel: "popup", snapshot: quiet, clicks: ["Contacts"], shows: "Blocked" },
  {
    name: "popup-contacts-edit",
    panel: "popup",
    snapshot: quiet,
    clicks: ["Contacts", `More about ${longName}`, "Edit"],
    shows: "Cancel",
  },
  { name: "popup-settings", panel: "popup", snapshot: quiet, clicks: ["Settings"], shows: "Who may ring" },
  {
    name: "popup-settings-server",
    panel: "popup",
    snapshot: { ...quiet, preferences: { ...defaultPreferences, ice: { servers: [], relayOnly: true } } },
    clicks: ["Settings", "Add a server (TURN, STUN)"],
    shows: "Without a relay",
  },
];

const calls: readonly Look[] = [
  withCall("call-ringing", call, { shows: "Calls you" }),
  withCall("call-stranger", { ...call, peer: stranger }, { shows: "Not in your contacts" }),
  withCall("call-known", { ...call, peer: { ...bob, known } }, { shows: "Owns the number +999 2000 2000" }),
  withCall(
    "call-known-stranger",
    { ...call, peer: { ...stranger, title: "bob.eth", known } },
    { shows: "Name and number name each other" },
  ),
  withCall("call-known-talking", { ...talking, peer: { ...bob, known } }, { shows: "Talking" }),
  withCall(
    "call-known-doubts",
    {
      ...call,
      peer: {
        ...stranger,
        title: "bob.eth",
        known: { ...known, ownsName: false, areLinked: false, isOffchain: true, changedHands: Date.now() },
      },
    },
    { shows: "changed hands" },
  ),
  withCall(
    "call-claimed",
    { ...call, peer: { ...at("sip:carol@node.example"), proof: "foreign", isContact: true } },
    { shows: "Claims an address in your contacts" },
  ),
  withCall(
    "call-refuted",
    {
      ...call,
      direction: "outgoing",
      stage: "ended",
      peer: { ...bob, proof: "refuted" },
      said: "The call was stopped: whoever answered could not prove who they are.",
    },
    { shows: "Not proved: the call was stopped" },
  ),
  withCall("call-foreign", { ...call, peer: foreign }, { shows: "another kind of phone" }),
  withCall(
    "call-guest",
    {
      ...call,
      peer: { ...at("sip:guest-4711@node.example"), proof: "guest", isContact: false },
    },
    { shows: "a guest from a web page" },
  ),
  withCall("call-outgoing", { ...call, direction: "outgoing" }, { shows: "Ringing…" }),
  withCall("call-talking", talking, { shows: "Talking" }),
  withCall("call-keypad", talking, { clicks: ["Keypad"], shows: "Talking" }),
  withCall("call-long-name", { ...talking, peer: { ...bob, title: longName } }, { shows: "Talking" }),
  withCall("call-held", { ...talking, stage: "held" }, { shows: "On hold" }),
  withCall("call-lost", { ...talking, stage: "reconnecting" }, { shows: "coming back" }),
  withCall("call-keep", { ...talking, peer: stranger }, { clicks: ["Keep as contact"], shows: "Save" }),
  withCall("call-block", talking, { clicks: ["Block"], shows: "not ring any more" }),
  {
    name: "call-waiting",
    panel: "call",
    snapshot: { ...signedIn, calls: [talking, second] },
    shows: "calls you",
  },
  withCall("call-ended", { ...call, stage: "ended", said: "They hung up." }, { shows: "They hung up." }),
  { name: "call-over", panel: "call", shows: "This call is over." },
];

export const looks: readonly Look[] = [
  ...popups,
  ...calls,
  { name: "welcome", panel: "welcome", shows: "Connect a wallet" },
  { name: "welcome-done", panel: "welcome", snapshot: quiet, shows: "That is all" },
];
