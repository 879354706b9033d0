import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { IceServer, Preferences } from "../../../background/bus/phone-contract.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Switch } from "../../ui/switch.tsx";
import { useWork } from "../../ui/use-work.ts";
import type { Change } from "./panel.tsx";
import { isIceUrl, preferenceLimits } from "./read-preferences.ts";

export interface ConnectionProps {
  readonly ice: Preferences["ice"];
  readonly change: Change;
}

/** How sound finds its way: for people whose network lets nothing through, and for those who hide where they are. */
export function Connection({ ice, change }: ConnectionProps): JSX.Element {
  const { servers, relayOnly } = ice;
  const [isAdding, add] = useState(false);
  const set = (next: Partial<Preferences["ice"]>) => change({ ice: { ...ice, ...next } });
  const lacksRelay = relayOnly && !servers.some(({ url }) => url.startsWith("turn"));
  return (
    <section class="card form" aria-labelledby="settings-ice">
      <h2 id="settings-ice">Connection</h2>
      <Switch
        label="Hide where I am"
        hint="Calls go through a relay (a TURN server), so that nobody you talk to learns your network address."
        isOn={relayOnly}
        turn={next => set({ relayOnly: next })}
      />
      {lacksRelay && (
        <p class="trouble small" role="status">
          Without a relay no call comes through. Add a TURN server below.
        </p>
      )}
      <ul class="list" aria-label="Servers">
        {servers.map(server => (
          <li key={server.url}>
            <div class="grow">
              <div class="cut" title={server.url}>
                {server.url}
              </div>
              {server.username && <div class="soft small cut">as {server.username}</div>}
            </div>
            <IconButton
              icon="remove"
              label={`Remove ${server.url}`}
              press={() => set({ servers: servers.filter(each => each !== server) })}
            />
          </li>
        ))}
      </ul>
      {isAdding ? (
        <ServerForm
          close={() => add(false)}
          save={server => set({ servers: [...servers.filter(({ url }) => url !== server.url), server] })}
        />
      ) : (
        servers.length < preferenceLimits.iceServers && (
          <button type="button" class="button" onClick={() => add(true)}>
            <Icon name="plus" /> Add a server (TURN, STUN)
          </button>
        )
      )}
    </section>
  );
}

interface ServerFormProps {
  readonly save: (server: IceServer) => void;
  readonly close: () => void;
}

function ServerForm({ save, close }: ServerFormProps): JSX.Element {
  const [url, writeUrl] = useState("");
  const [username, writeUsername] = useState("");
  const [credential, writeCredential] = useState("");
  const { run, said } = useWork();
  const isTurn = /^turns?:/.test(url.trim());
  const submit = () =>
    run(async () => {
      if (!isIceUrl(url.trim())) throw new ServerUrlError();
      save({ url: url.trim(), ...(isTurn && { username, credential }) });
      close();
    });
  return (
    <form
      class="form"
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
    >
      <Line label="Server" text={url} write={writeUrl} hint="turn:relay.example:3478" />
      {isTurn && <Line label="User name" text={username} write={writeUsername} />}
      {isTurn && <Line label="Secret" text={credential} write={writeCredential} isSecret />}
      {said && (
        <p class="trouble" role="alert">
          {said}
        </p>
      )}
      <div class="row ends">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button
          type="submit"
          class="button go"
          disabled={!url.trim() || (isTurn && (!username || !credential))}
        >
          Add
        </button>
      </div>
    </form>
  );
}

interface LineProps {
  readonly label: string;
  readonly text: string;
  readonly write: (text: string) => void;
  readonly hint?: string;
  readonly isSecret?: boolean;
}

function Line({ label, text, write, hint = "", isSecret = false }: LineProps): JSX.Element {
  const id = useId();
  const field = {
    id,
    class: "field",
    placeholder: hint,
    autocomplete: "off",
    spellcheck: false,
    maxLength: preferenceLimits.secret,
    value: text,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => write(event.currentTarget.value),
  };
  return (
    <label for={id}>
      {label}
      {isSecret ? <input type="password" {...field} /> : <input type="text" {...field} />}
    </label>
  );
}

class ServerUrlError extends EtherlynkError {
  constructor() {
    super("preferences.server", "Write stun:host, turn:host or turns:host, with a port where it has one.");
  }
}
