import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PanelProps } from "../../ui/panel.tsx";
import { errorInWords } from "../../ui/words.ts";
import "./account.css";

/** Another home for the line than the one this build was made for. Only while nobody is signed in. */
export function HomeChoice({ snapshot, bus }: PanelProps): JSX.Element {
  const { domain, urls, chain } = snapshot.home;
  const [said, say] = useState("");
  const choose = async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const text = (name: string) => `${fields.get(name) ?? ""}`.trim();
    const rpc = text("rpc");
    try {
      await bus.ask("account.home.choose", {
        domain: text("domain"),
        urls: text("urls").split(/\s+/),
        chain: { id: Number(text("chain")), ...(rpc && { rpc }) },
      });
      say("Saved. Connect your wallet now.");
    } catch (error) {
      say(errorInWords(error));
    }
  };
  return (
    <details class="home">
      <summary>Advanced: another home</summary>
      <p class="soft">
        Your line is with <b>{domain}</b>. Another operator, or your own node, takes its place before you sign
        in.
      </p>
      <form
        class="home-form"
        // What is typed is kept while the phone goes on; another home fills the fields anew.
        key={`${domain} ${urls.join(" ")} ${chain.id}`}
        onSubmit={event => {
          event.preventDefault();
          void choose(event.currentTarget);
        }}
      >
        <label>
          Domain
          <input name="domain" required maxLength={253} spellcheck={false} defaultValue={domain} />
        </label>
        <label>
          Its nodes, an address a line
          <textarea
            name="urls"
            required
            rows={2}
            maxLength={4_096}
            spellcheck={false}
            defaultValue={urls.join("\n")}
          />
        </label>
        <label>
          Chain
          <input name="chain" required inputMode="numeric" pattern="[0-9]+" defaultValue={`${chain.id}`} />
        </label>
        <label>
          RPC of the chain (may be left empty)
          <input name="rpc" maxLength={512} spellcheck={false} defaultValue={chain.rpc ?? ""} />
        </label>
        <button type="submit" class="button">
          Use this home
        </button>
      </form>
      <p role="status">{said}</p>
    </details>
  );
}
