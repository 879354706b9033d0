import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Context } from "../../../protocol/words/context.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { ContactForm } from "../../ui/contact-form.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { peerTitle, proofInWords, whyInWords } from "../../ui/words.ts";
import type { CallProps } from "./panel.tsx";

/** Whom the call is with, by what was proved; what a page says about the business is quoted as its words. */
export function ProofCard(props: CallProps): JSX.Element {
  const { peer, context } = props.call;
  const isProven = peer.proof === "account";
  const title = peerTitle(peer);
  return (
    <section class="card proof" aria-label="Who this is">
      <div class="row top">
        <div class="grow">
          <h1 title={peer.title}>{title}</h1>
          <p class="soft small address">{peer.address}</p>
        </div>
        <People {...props} />
      </div>
      <p class={`row ${isProven ? "proven" : "doubtful"}`}>
        <Icon name={isProven ? "proven" : "doubtful"} />
        <strong>{proofInWords(peer)}</strong>
      </p>
      <p class="soft small why">{whyInWords(peer)}</p>
      {context && <Business context={context} />}
    </section>
  );
}

/** What one does about people: keep them, or never hear of them again. */
function People({ call, bus, run, snapshot }: CallProps): JSX.Element {
  const { peer, id, stage, direction } = call;
  const [doing, start] = useState<"nothing" | "keeping" | "blocking">("nothing");
  const isBlocked = snapshot.contacts.some(({ address, isBlocked: is }) => is && address === peer.address);
  const close = () => start("nothing");
  const block = async () => {
    await bus.ask("contacts.entry.block", { address: peer.address, blocked: true });
    if (stage === "ringing" && direction === "incoming") await bus.ask("phone.call.decline", { call: id });
  };
  const unblock = () => bus.ask("contacts.entry.block", { address: peer.address, blocked: false });
  return (
    <>
      <div class="row people">
        {!peer.isContact && <IconButton icon="keep" label="Keep as contact" press={() => start("keeping")} />}
        <IconButton
          icon="block"
          label={isBlocked ? "Unblock" : "Block"}
          press={() => (isBlocked ? run(unblock) : start("blocking"))}
        />
      </div>
      {doing === "keeping" && (
        <div class="sheet">
          <ContactForm
            address={peer.address}
            save={(title, address) => bus.ask("contacts.entry.save", { title, address })}
            close={close}
          />
        </div>
      )}
      {doing === "blocking" && (
        <div class="sheet">
          <Confirm
            question={`Block ${peerTitle(peer)}? Their calls will not ring any more.`}
            verb="Block"
            act={() => run(block)}
            close={close}
          />
        </div>
      )}
    </>
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
      <p>
        <span class="soft">{new URL(origin).host} says: </span>
        {[title, amount].filter(Boolean).join(", ") || "a call about this"}
      </p>
      <dl class="small">
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
