import { AlteredError, type Place, ShapeError } from "../damage.ts";
import type { BlockRow, ChapterRow, TailRow } from "../database.ts";
import { pickFields } from "../fields.ts";
import { type Label, seal, unseal } from "../sealing.ts";
import type { Vault } from "../vault-keys.ts";
import { formatBlock } from "./block-text.ts";
import { anyone, type BlockEntry, type Chapter, type Stored } from "./listing.ts";
import type { LogDefinition, LogEntry } from "./log-definition.ts";

/** Turns records, blocks and chapters of one log into rows and back. What does not open throws AlteredError. */
export interface LogCodec<Value> {
  toStored(seq: number, value: Value): Stored;
  /** Throws ShapeError where this version does not read it. */
  toEntry(record: Stored): LogEntry<Value>;
  tokenOf(person: string): Promise<string>;
  tokensOf(people: readonly string[]): Promise<string[]>;
  sealTail(record: Stored, version: number): Promise<{ row: TailRow; record: Stored }>;
  openTail(row: TailRow): Promise<Stored>;
  sealBlock(range: BlockRange, records: readonly Stored[]): Promise<SealedBlock>;
  describe(range: BlockRange, records: readonly Stored[]): Promise<BlockEntry>;
  /** The block's text, which block-text.ts reads: a search looks into it before it does. */
  openBlock(row: BlockRow): Promise<string>;
  sealChapter(chapter: Chapter): Promise<ChapterRow>;
  openChapter(row: ChapterRow): Promise<Chapter>;
}

export type BlockRange = Pick<BlockEntry, "first" | "last" | "version">;

export interface SealedBlock {
  readonly row: BlockRow;
  readonly entry: BlockEntry;
}

/** Where a record cannot be read, its block may hold anything of any time. */
const always = { from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

export function createLogCodec<Value extends object>(
  vault: Vault,
  definition: LogDefinition<Value>,
): LogCodec<Value> {
  const { name, shape, read, fields } = definition;
  const labelOf = (what: string, key: number, version: number): Label => [
    `etherlynk ${what} 1`,
    vault.id,
    name,
    key,
    version,
  ];
  const sealText = async (label: Label, text: string) => seal(await vault.sealingKey(name), label, text);
  const openAs = async (label: Label, { place, box }: { place: Place; box: unknown }) => {
    const text = await unseal(await vault.sealingKey(name), label, box);
    if (text === undefined) throw new AlteredError(place);
    return text;
  };
  const codec: LogCodec<Value> = {
    toStored: (seq, value) => ({ seq, shape, stored: pickFields(value, fields, "persisted"), value }),
    toEntry({ seq, shape: writtenAs, stored }) {
      const value = writtenAs <= shape ? read(stored, writtenAs) : undefined;
      if (value === undefined) throw new ShapeError({ name, what: "record", key: seq });
      return { seq, value };
    },
    tokenOf: person => vault.token(`${name}.person`, person),
    tokensOf: people => vault.tokens(`${name}.person`, people),
    async sealTail(record, version) {
      const { seq } = record;
      const content = JSON.stringify([record.shape, record.stored]);
      const box = await sealText(labelOf("tail", seq, version), content);
      // The copy is what was sealed: the caller's object may change before it is folded.
      return { row: { log: name, seq, version, box }, record: parseTail(seq, content) };
    },
    async openTail({ seq, version, box }) {
      const place: Place = { name, what: "record", key: seq };
      return parseTail(seq, await openAs(labelOf("tail", seq, version), { place, box }));
    },
    async sealBlock(range, records) {
      const { last, version } = range;
      const box = await sealText(labelOf("block", last, version), formatBlock(records));
      return { row: { log: name, last, version, box }, entry: await codec.describe(range, records) };
    },
    describe: async (range, records) => ({
      ...range,
      count: records.length,
      ...(await describe(records, codec, definition)),
    }),
    openBlock: ({ last, version, box }) =>
      openAs(labelOf("block", last, version), { place: { name, what: "block", key: last }, box }),
    async sealChapter(chapter) {
      const { number, version } = chapter;
      const content = JSON.stringify(toChapterContent(chapter));
      const box = await sealText(labelOf("chapter", number, version), content);
      return { log: name, number, version, box };
    },
    async openChapter({ number, version, box }) {
      const place: Place = { name, what: "list", key: number };
      const text = await openAs(labelOf("chapter", number, version), { place, box });
      return { number, version, blocks: fromChapterContent(JSON.parse(text)) };
    },
  };
  return codec;
}

function parseTail(seq: number, text: string): Stored {
  const [shape, stored]: [number, unknown] = JSON.parse(text);
  return { seq, shape, stored };
}

async function describe<Value extends object>(
  records: readonly Stored[],
  codec: LogCodec<Value>,
  { at, people }: LogDefinition<Value>,
): Promise<Pick<BlockEntry, "from" | "to" | "people">> {
  const values = records.flatMap(record => {
    try {
      return [record.value === undefined ? codec.toEntry(record).value : (record.value as Value)];
    } catch (error) {
      if (error instanceof ShapeError) return [];
      throw error;
    }
  });
  const tokens = await codec.tokensOf(values.flatMap(value => [...new Set(people(value))]));
  if (values.length < records.length) return { ...always, people: [...tokens, anyone] };
  const times = values.map(at);
  return { from: Math.min(...times), to: Math.max(...times), people: tokens };
}

/** A token stands once in a chapter, and blocks name it by its place: most people are in many blocks. */
interface ChapterContent {
  readonly people: readonly string[];
  readonly blocks: readonly BlockContent[];
}

type BlockContent = readonly [
  first: number,
  last: number,
  version: number,
  count: number,
  from: number,
  to: number,
  people: readonly number[],
];

function toChapterContent({ blocks }: Chapter): ChapterContent {
  const places = new Map<string, number>();
  const placeOf = (token: string) => {
    const place = places.get(token) ?? places.size;
    places.set(token, place);
    return place;
  };
  const rows = blocks.map(({ first, last, version, count, from, to, people }): BlockContent => {
    return [first, last, version, count, from, to, people.map(placeOf)];
  });
  return { people: [...places.keys()], blocks: rows };
}

function fromChapterContent({ people, blocks }: ChapterContent): BlockEntry[] {
  return blocks.map(([first, last, version, count, from, to, places]) => {
    return { first, last, version, count, from, to, people: places.map(place => people[place] ?? "") };
  });
}
