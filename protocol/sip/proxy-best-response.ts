import type { SipHeader, SipRequest, SipResponse } from "./message.ts";

/**
 * The response a proxy sends upstream when no branch said 2xx (RFC 3261 §16.7 step 6): a 6xx before all others,
 * else of the lowest class; in 4xx one that tells how to ask again. Of equals the first to come wins.
 *
 * @returns nothing where nothing may be sent: a 408 to a request other than INVITE (RFC 4320 §4.2)
 */
export function bestResponse(finals: readonly SipResponse[], request: SipRequest): SipResponse | undefined {
  const isInvite = request.method === "INVITE";
  let best: SipResponse | undefined;
  for (const response of finals) {
    if (!isInvite && response.status === 408) continue;
    if (best === undefined || rank(response.status) < rank(best.status)) best = response;
  }
  return best && withChallenges(asOurOwn(best), finals);
}

/** Lower is better. */
function rank(status: number): number {
  if (status >= 600) return 0;
  const inClass = status >= 400 && status < 500 ? rankOf4xx(status) : 50;
  return Math.floor(status / 100) * 100 + inClass;
}

/**
 * "The proxy SHOULD give preference to responses that provide information affecting resubmission of this request,
 * such as 401, 407, 415, 420, and 484" (§16.7 step 6). Last come those that say least of the person called.
 */
function rankOf4xx(status: number): number {
  switch (status) {
    case 401:
    case 407:
      return 0;
    case 415:
    case 420:
    case 484:
      return 1;
    case 408:
    case 430:
    case 480:
    case 487:
      return 90;
    default:
      return 50;
  }
}

/** Statuses that concern the next hop, not the one who asked. */
function asOurOwn(response: SipResponse): SipResponse {
  switch (response.status) {
    // "A proxy which receives a 503 response SHOULD NOT forward it upstream unless it can determine that any
    // subsequent requests it might proxy will also generate a 503" (§16.7 step 6).
    case 503:
      return withStatus(response, 500, "Server Internal Error");
    // Flow Failed is between an edge and its registrar (RFC 5626 §5.3.1, §11.5): the device is just not there.
    case 430:
      return withStatus(response, 480, "Temporarily Unavailable");
    default:
      return response;
  }
}

function withStatus(response: SipResponse, status: number, reason: string): SipResponse {
  const headers = response.headers.filter(header => header.key !== "retry-after");
  return { ...response, status, reason, headers };
}

/**
 * "If the forwarded response is a 401 or 407, the proxy MUST collect any WWW-Authenticate and Proxy-Authenticate
 * header field values from all other 401 and 407 responses received so far ... and add each" (§16.7 step 7).
 */
function withChallenges(best: SipResponse, finals: readonly SipResponse[]): SipResponse {
  if (!isChallenge(best.status) || finals.length === 1) return best;
  const more: SipHeader[] = finals
    .filter(response => response !== best && isChallenge(response.status))
    .flatMap(response => response.headers.filter(isChallengeHeader));
  return more.length === 0 ? best : { ...best, headers: [...best.headers, ...more] };
}

function isChallenge(status: number): boolean {
  return status === 401 || status === 407;
}

function isChallengeHeader({ key }: SipHeader): boolean {
  return key === "www-authenticate" || key === "proxy-authenticate";
}
