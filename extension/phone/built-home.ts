import type { HomeDomain } from "../../background/bus/phone-contract.ts";

declare const __ETHERLYNK_HOME__: HomeDomain;

/** The home this build was made for; another one is chosen on the welcome page. */
export const builtHome: HomeDomain = __ETHERLYNK_HOME__;
