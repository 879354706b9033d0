import { expect, it } from "vitest";
import { digestAgreement, type Service, services, toService } from "./agreement.ts";

const place = { chainId: 31337, contract: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } as const;
const agreement = {
  provider: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  account: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  service: "turn",
  terms: `0x${"5a".repeat(32)}`,
  expiry: 1_900_000_000,
} as const;

it("every service has its number, and every number its service", () => {
  for (const name of Object.keys(services) as Service[]) expect(toService(services[name])).toBe(name);
  expect(toService(0)).toBeUndefined();
  expect(toService(8)).toBeUndefined();
});

it("is of one provider, account, service, terms and end, at one place", () => {
  const others = [
    digestAgreement({ ...agreement, provider: agreement.account }, place),
    digestAgreement({ ...agreement, account: agreement.provider }, place),
    digestAgreement({ ...agreement, service: "voicemail" }, place),
    digestAgreement({ ...agreement, terms: `0x${"a5".repeat(32)}` }, place),
    digestAgreement({ ...agreement, expiry: 1_900_000_001 }, place),
    digestAgreement(agreement, { ...place, chainId: 1 }),
    digestAgreement(agreement, { ...place, contract: agreement.account }),
  ];
  expect(new Set([digestAgreement(agreement, place), ...others]).size).toBe(8);
});
