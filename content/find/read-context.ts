import type { PageContext } from "../../protocol/bus/page-contract.ts";

const fields = ["transaction", "order", "contract", "method", "title", "amount"] as const;

/**
 * What the page says the call is about: `data-etherlynk-chain-id` and its companions, on the element or around it.
 * Only read here; the phone decides whether it is a context.
 */
export function readContext(element: Element): PageContext | undefined {
  const place = element.closest<HTMLElement>("[data-etherlynk-chain-id]");
  if (!place) return undefined;
  const context: Record<string, unknown> = { chainId: Number(place.getAttribute("data-etherlynk-chain-id")) };
  for (const field of fields) {
    const value = place.getAttribute(`data-etherlynk-${field}`);
    if (value) context[field] = value;
  }
  const isAbout = "transaction" in context || "order" in context || "contract" in context;
  return isAbout ? (context as unknown as PageContext) : undefined;
}
