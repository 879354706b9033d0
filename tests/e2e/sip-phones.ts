import type { SipClientName, SipPage, Stage } from "./browser.ts";
import { type NodeProcess, testDomain } from "./node-process.ts";
import type { SipOpening } from "./pages/sip-part.ts";

export interface PhoneOptions extends Partial<SipOpening> {
  readonly client?: SipClientName;
  readonly hurry?: number;
  readonly domain?: string;
  /** Otherwise the page is given as soon as it has started. */
  readonly awaitRegistration?: boolean;
}

/** What each of the pages sends. */
export const tones = { ann: 500, ben: 900, cyd: 1_300 } as const;
export const allTones = Object.values(tones);

export const addressOf = (user: string, domain = testDomain) => `sip:${user}@${domain}`;

/** A page with a SIP client that has registered. */
export async function openPhone(
  stage: Stage,
  node: Pick<NodeProcess, "wsUrl">,
  {
    user,
    domain,
    client = "jssip",
    hurry = 1,
    awaitRegistration = true,
    ...opening
  }: PhoneOptions & { user: string },
): Promise<SipPage> {
  const address = addressOf(user, domain);
  const page = await stage.sipPage({ address, client, hurry });
  await page.start({ url: node.wsUrl, uri: address, ...opening });
  if (awaitRegistration) await page.see("registered");
  return page;
}

/** Ann calls, it rings at Ben, he answers; both say that they talk. */
export async function talk(ann: SipPage, ben: SipPage, to = ben.address): Promise<void> {
  const before = (await ben.journal()).filter(entry => entry === "talking").length;
  await ring(ann, ben, to);
  await ben.answer(tones.ben);
  await Promise.all([ann.see("talking", before + 1), ben.see("talking", before + 1)]);
}

/** Ann calls, it rings at Ben, and she is told that it rings. */
export async function ring(ann: SipPage, ben: SipPage, to = ben.address): Promise<void> {
  const before = (await ben.journal()).filter(entry => entry.startsWith("invite sip:")).length;
  await ann.call(to, tones.ann);
  await Promise.all([ben.see("invite sip:*", before + 1), ann.see("progress 180", before + 1)]);
}

/** Each hears the other's tone and nothing else. */
export async function hearEachOther(ann: SipPage, ben: SipPage): Promise<void> {
  await Promise.all([ann.hears([tones.ben], others(tones.ben)), ben.hears([tones.ann], others(tones.ann))]);
}

function others(own: number): number[] {
  return allTones.filter(tone => tone !== own);
}
