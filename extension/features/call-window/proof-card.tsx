import type { JSX } from "preact";
import type { CallView } from "../../../background/bus/phone-contract.ts";
import type { Context } from "../../../protocol/words/context.ts";
import { Icon } from "../../ui/icons.tsx";
import { proofInWords } from "../../ui/words.ts";

/** Whom the call is with, by what was proved; what a page says about the business is quoted as its words. */
export function ProofCard({ call: { peer, context } }: { readonly call: CallView }): JSX.Element {
  const isProven = peer.proof === "account";
  return (
    <section class="card proof" aria-label="Who this is">
      <h1>{peer.title}</h1>
      {peer.title !== peer.address && <p class="soft address">{peer.address}</p>}
      <p class={`row ${isProven ? "proven" : "doubtful"}`}>
        <Icon name={isProven ? "proven" : "doubtful"} />
        <span>{proofInWords(peer)}</span>
      </p>
      {context && <Business context={context} />}
    </section>
  );
}

const labels = {
  order: "Order",
  transaction: "Transaction",
  contract: "Contract",
  method: "Method",
} as const;

function Business({ context }: { readonly context: Context }): JSX.Element {
  const { title, amount, origin } = context;
  const rows = Object.entries(labels).flatMap(([field, label]) => {
    const value = context[field as keyof typeof labels];
    return value ? [{ label, value }] : [];
  });
  return (
    <div class="business">
      {(title || amount) && (
        <p>
          <span class="soft">{new URL(origin).host} says: </span>
          {[title, amount].filter(Boolean).join(", ")}
        </p>
      )}
      <dl>
        {rows.map(({ label, value }) => (
          <div class="row" key={label}>
            <dt class="soft">{label}</dt>
            <dd class="cut grow" title={value}>
              {value}
            </dd>
          </div>
        ))}
        <div class="row">
          <dt class="soft">Chain</dt>
          <dd>{context.chainId}</dd>
        </div>
      </dl>
    </div>
  );
}
