import { createResponse } from "./create-response.ts";
import type { SipRequest } from "./message.ts";
import { openProxy, stepProxy } from "./proxy.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import type { ProxyContext, ProxyEffect, ProxyEvent, ProxyTarget } from "./proxy-context.ts";
import { forwardRequest } from "./proxy-forward.ts";
import { screenRequest } from "./proxy-screen.ts";
import { createLayer, type Layer, type World } from "./simulation-layer.suite.ts";
import { serverKey } from "./transaction-key.ts";

/** A stateful proxy: requests for `sip:bob@…` go to all devices, those for a device to it. */
export function createProxyHost(
  world: World,
  config: ProxyConfig,
  devices: readonly string[],
): Layer & { readonly finals: Map<SipRequest, number[]> } {
  interface Forwarding {
    readonly request: SipRequest;
    context: ProxyContext;
  }
  const forwardings = new Map<SipRequest, Forwarding>();
  const branches = new Map<string, SipRequest>();
  const timers = new Map<string, () => void>();
  const finals = new Map<SipRequest, number[]>();
  let count = 0;
  const layer = createLayer(world, "proxy", {
    trying: "user",
    user: {
      onRequest(received) {
        const screening = screenRequest(received, config);
        if (screening.kind === "refuse") {
          if (received.method !== "ACK") layer.respond(received, createResponse(received, screening.status));
          return;
        }
        const { request, loop, next } = screening;
        const hop = next.kind === "sip" ? next.host.replace(".invalid", "") : "";
        const random = `r${count++}`;
        if (received.method === "ACK") {
          const branch = `${random}.${loop}`;
          world.send(
            "proxy",
            hop,
            forwardRequest(request, { uri: request.uri, branch, config, breadth: undefined }),
          );
          return;
        }
        const isForAll = next.kind === "sip" && next.user === "bob";
        const targets: ProxyTarget[] = isForAll
          ? devices.map(device => ({ uri: `sip:${device}@${device}.invalid`, hop: device }))
          : [{ uri: request.uri, hop }];
        const [context, effects] = openProxy({ request, loop, groups: [targets], config, random });
        const forwarding = { request: received, context };
        forwardings.set(received, forwarding);
        apply(forwarding, effects);
      },
      onCancel(invite, headers) {
        const forwarding = forwardings.get(invite);
        if (forwarding) step(forwarding, { type: "cancel", headers });
      },
    },
  });

  return Object.defineProperties(
    { ...layer, finals },
    {
      live: { get: () => layer.live + forwardings.size + timers.size },
    },
  );

  function step(forwarding: Forwarding, event: ProxyEvent): void {
    const [context, effects] = stepProxy(forwarding.context, event);
    forwarding.context = context;
    apply(forwarding, effects);
  }

  function apply(forwarding: Forwarding, effects: readonly ProxyEffect[]): void {
    if (forwarding.context.name === "ended") forwardings.delete(forwarding.request);
    for (const effect of effects) applyOne(forwarding, effect);
  }

  function applyOne(forwarding: Forwarding, effect: ProxyEffect): void {
    const { request } = forwarding;
    switch (effect.do) {
      case "forward":
        forward(forwarding, effect);
        break;
      case "respond":
        noteFinal(request, effect.response.status);
        layer.respond(request, effect.response);
        break;
      case "abandon":
        layer.abandon(request);
        break;
      case "cancel": {
        const sent = branches.get(`${keyOf(request)} ${effect.branch}`);
        if (sent) layer.cancel(sent, effect.headers);
        break;
      }
      case "start-timer":
        setTimer(forwarding, effect.timer, effect.ms);
        break;
      case "stop-timer":
        setTimer(forwarding, effect.timer, undefined);
    }
  }

  function noteFinal(request: SipRequest, status: number): void {
    if (status >= 200) finals.set(request, [...(finals.get(request) ?? []), status]);
  }

  function forward(forwarding: Forwarding, effect: Extract<ProxyEffect, { do: "forward" }>): void {
    const { branch } = effect;
    branches.set(`${keyOf(forwarding.request)} ${branch}`, effect.request);
    layer.open(effect.request, String(effect.target.hop), {
      onResponse: response => step(forwarding, { type: "response", branch, response }),
      onFail: why => step(forwarding, { type: "fail", branch, why }),
      onClosed: () => step(forwarding, { type: "closed", branch }),
    });
  }

  function setTimer(forwarding: Forwarding, timer: `C${number}`, ms: number | undefined): void {
    const key = `${keyOf(forwarding.request)} ${timer}`;
    timers.get(key)?.();
    timers.delete(key);
    if (ms === undefined) return;
    const stop = world.clock.after(ms, () => {
      timers.delete(key);
      step(forwarding, { type: "timer", timer });
    });
    timers.set(key, stop);
  }

  function keyOf(request: SipRequest): string {
    return serverKey(request);
  }
}
