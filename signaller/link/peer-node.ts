/** Another domain's node: where it is, and the thumbprint of the key it must prove. */
export interface PeerNode {
  readonly domain: string;
  readonly url: string;
  readonly thumbprint: string;
}
