import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CallStage } from "../../../background/bus/phone-contract.ts";
import type { Context } from "../../../protocol/words/context.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { ContactForm } from "../../ui/contact-form.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { knownInWords } from "../../ui/known-in-words.ts";
import { claimInWords, peerTitle, proofInWords, shortHash, whyInWords } from "../../ui/words.ts";
import type { CallProps } from "./panel.tsx";

/** Whom the call is with, by what was proved; what a page says about the business is quoted as its words. */
export function ProofCard(props: CallProps): JSX.Element {
  const { peer, context, stage, direction } = props.call;
  const known = peer.known && knownInWords(peer.known, Date.now());
  const title = peerTitle(peer);
  const isProven = peer.proof === "account";
  const warnings = [claimInWords(peer, direction === "incoming"), ...(known?.warnings ?? [])];
  return (
    <section class="card proof" aria-label="Who this is">
      <div class="row top">
        <div class="grow named">
          <h1 class={title === peer.address ? "long" : ""} title={peer.title}>
            {title}
          </h1>
          <Names names={known?.names ?? []} title={peer.title} />
        </div>
        <People {...props} />
      </div>
      {warnings.map(warning => warning && <Warning key={warning} words={warning} />)}
      <details open={!(isProven && isUnderWay(stage))}>
        <summary class={isProven ? "proven" : "doubtful"}>
          <Icon name={isProven ? "proven" : "doubtful"} />
          <strong class="grow">{proofInWords(peer)}</strong>
        </summary>
        <ul class="soft small why" aria-label="Why">
          <li>{whyInWords(peer)}</li>
          {peer.signer && <li class="address">{peer.signer}</li>}
          {known?.facts.map(fact => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      </details>
      {title !== peer.address && <p class="soft address">{peer.address}</p>}
      {context && <Business context={context} snapshot={props.snapshot} isOpen={!isUnderWay(stage)} />}
    </section>
  );
}

/** Somebody has decided to talk: what that was decided by makes room for the talk, and can be looked up. */
function isUnderWay(stage: CallStage): boolean {
  return stage === "talking" || stage === "held" || stage === "reconnecting";
}

/** What the chain calls them, beside the title. */
function Names({ names, title }: { readonly names: readonly string[]; readonly title: string }) {
  const others = names.filter(name => name !== title);
  if (others.length === 0) return null;
  return <p class="names">{others.join(" · ")}</p>;
}

function Warning({ words }: { readonly words: string }): JSX.Element {
  return (
    <p class="row doubtful small warning">
      <Icon name="doubtful" />
      <span>{words}</span>
    </p>
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

interface BusinessProps extends Pick<CallProps, "snapshot"> {
  readonly context: Context;
  readonly isOpen: boolean;
}

function Business({ context, snapshot, isOpen }: BusinessProps): JSX.Element {
  const { title, amount, origin, chainId } = context;
  const chain = snapshot.home.book?.chains.find(({ id }) => id === chainId)?.name ?? `${chainId}`;
  const rows = Object.entries(labels).flatMap(([field, label]) => {
    const value = context[field as keyof typeof labels];
    return value ? [{ label, value }] : [];
  });
  return (
    <details class="business" open={isOpen}>
      <summary>
        <span class="grow">
          <span class="soft">{new URL(origin).host} says: </span>
          {[title, amount].filter(Boolean).join(", ") || "a call about this"}
        </span>
      </summary>
      <dl class="small">
        {[...rows, { label: "Chain", value: chain }].map(({ label, value }) => (
          <div class="row" key={label}>
            <dt class="soft">{label}</dt>
            <dd class="grow" title={value}>
              {shortHash(value)}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
