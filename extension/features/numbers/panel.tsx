import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { NumberText } from "../../../protocol/number/number.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { Tabs, type TabView } from "../../ui/tabs.tsx";
import type { FindWallets } from "./ask-wallet.ts";
import { Claim } from "./claim.tsx";
import { Detail } from "./detail.tsx";
import { Market } from "./market.tsx";
import { Mine } from "./mine.tsx";
import type { NumberChain, StepView, StepWish } from "./model.ts";
import { ReviewDialog } from "./review-dialog.tsx";
import { Steps, useSteps } from "./steps.tsx";
import { useAsk } from "./use-ask.ts";
import { useStanding } from "./use-standing.ts";
import { type NumbersView, Shown } from "./view.tsx";
import "./numbers.css";

const views = { Mine, Claim, Market } as const;
const tabs: Readonly<Record<keyof typeof views, TabView>> = {
  Mine: { icon: "keypad" },
  Claim: { icon: "plus" },
  Market: { icon: "search" },
};

export interface NumbersProps extends PanelProps {
  readonly findWallets: FindWallets;
}

/** The desk's numbers: what is the account's, what is free, what is for sale, and what is under way. */
export function Numbers(props: NumbersProps): JSX.Element {
  const { bus, snapshot, run } = props;
  const chains = useAsk(() => bus.ask("numbers.chains.read", null), [JSON.stringify(snapshot.home.book)]);
  if (!snapshot.me) {
    return (
      <div class="card stack">
        <p>Nobody is signed in here. Numbers belong to accounts: connect the wallet of yours first.</p>
        <div class="row">
          <button
            type="button"
            class="button go"
            onClick={() => run(() => bus.ask("worker.window.open", { page: "welcome" }))}
          >
            Connect a wallet
          </button>
        </div>
      </div>
    );
  }
  return (
    <Shown asked={chains} waiting="Looking at your chains…">
      {list =>
        list.length === 0 ? (
          <p class="card">
            Your home names no chain that has numbers. Its address book is set on the welcome page, under “My
            own node”.
          </p>
        ) : (
          <OnChains {...props} chains={list} />
        )
      }
    </Shown>
  );
}

/** The step that is asked for, on the chain that it belongs to. */
interface Wished {
  readonly chain: number;
  readonly wish: StepWish;
}

function OnChains(props: NumbersProps & { readonly chains: readonly NumberChain[] }): JSX.Element {
  const { bus, chains, run, findWallets } = props;
  const [chosen, choose] = useState(chains[0]?.id);
  const [tab, showTab] = useState<keyof typeof views>("Mine");
  const [number, openNumber] = useState<NumberText>();
  const [wished, wish] = useState<Wished>();
  const steps = useSteps(bus, error => run(() => Promise.reject(error)));
  const chain = chains.find(({ id }) => id === chosen) ?? (chains[0] as NumberChain);
  const view: NumbersView = {
    ...{ bus, chain, openNumber },
    version: versionOf(steps),
    news: useStanding(bus, chain.id, number),
    wish: next => wish({ chain: chain.id, wish: next }),
  };
  const View = views[tab];
  return (
    <div class="stack">
      {chains.length > 1 && (
        <label class="picker">
          Chain: a number belongs to one
          <select
            class="field"
            value={String(chain.id)}
            onChange={event => {
              openNumber(undefined);
              choose(Number(event.currentTarget.value));
            }}
          >
            {chains.map(({ id, name }) => (
              <option key={id} value={String(id)}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <Steps
        steps={steps}
        open={step => wish({ chain: step.chain, wish: { kind: "open", step: step.id } })}
        forget={({ id }) => run(() => bus.ask("numbers.step.forget", { id }))}
      />
      {number === undefined ? (
        <Tabs tabs={tabs} chosen={tab} choose={showTab}>
          <View key={chain.id} {...view} />
        </Tabs>
      ) : (
        <Detail {...view} number={number} close={() => openNumber(undefined)} />
      )}
      {wished && (
        <ReviewDialog {...wished} bus={bus} findWallets={findWallets} close={() => wish(undefined)} />
      )}
    </div>
  );
}

/** Changes with each step that came to an end, or went back from it. */
function versionOf(steps: readonly StepView[]): string {
  return steps
    .filter(({ stage }) => ["done", "failed", "waiting", "ready"].includes(stage))
    .map(({ id, stage }) => `${id}${stage}`)
    .join();
}
