import type { ByteText } from "./message.ts";
import type { SipUri } from "./uri.ts";

/** What a proxy knows of itself. Made once; the same in every process of a domain but for `via`. */
export interface ProxyConfig {
  /** `SIP/2.0/WSS node7.a.example`: the Via up to its parameters. A response comes back to this very process. */
  readonly via: ByteText;
  /** The sent-by of that Via, lower case: how the proxy knows its own. */
  readonly sentBy: string;
  /**
   * `<sip:a.example;transport=wss;lr>`: names the domain and never a process, so that any process of the domain
   * routes what follows. It must satisfy `isOurs`.
   */
  readonly recordRoute: ByteText;
  /** Whether a URI of a Route or of a Request-URI names this domain (§16.4). */
  isOurs(uri: SipUri): boolean;
  /** Option tags of Proxy-Require that are understood, lower case (§16.3 step 5). */
  readonly extensions: ReadonlySet<string>;
}
