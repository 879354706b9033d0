import { describe, expect, it } from "vitest";
import { createClientTable, type Home, unwritten } from "./client-table.ts";

const home = (domain: string, thumbprint = "a"): Home => ({
  domain,
  nodes: [{ url: `wss://${domain}`, thumbprint }],
});
const client = (it?: Home) => ({ epoch: 0, revoked: [], home: it });

describe("a table of clients", () => {
  it("keeps one home for all who share it, until the last has moved", () => {
    const table = createClientTable();
    table.set("0x1", client(home("one.example")));
    table.set("0x2", client(home("one.example")));
    table.set("0x3", client(home("one.example", "b")));
    expect(table.get("0x1")?.home).toBe(table.get("0x2")?.home);
    expect(table.homesAt("one.example")).toHaveLength(2);
    table.set("0x1", client(home("two.example")));
    table.set("0x3", client());
    expect(table.homesAt("one.example")).toEqual([home("one.example")]);
    table.set("0x2", client());
    expect(table.homesAt("one.example")).toEqual([]);
    expect(table.size).toBe(3);
  });

  it("loses nobody's home by writing the same again", () => {
    const table = createClientTable();
    for (let i = 0; i < 3; i++) table.set("0x1", client(home("one.example")));
    expect(table.homesAt("one.example")).toHaveLength(1);
  });

  it("keeps epoch and devices, and nothing of who has neither", () => {
    const table = createClientTable();
    table.set("0x1", { epoch: 2, revoked: ["x"], home: undefined });
    table.set("0x2", client());
    expect(table.get("0x1")).toEqual({ epoch: 2, revoked: ["x"], home: undefined });
    expect(table.get("0x2")).toBe(unwritten);
    expect(table.get("0x3")).toBeUndefined();
  });
});
