import type { BackgroundDefinition } from "wxt";
import { defineBackground } from "wxt/utils/define-background";
import { createOffscreenHost, createPageHost } from "../../background/worker/phone-host.ts";
import { startWorker } from "../../background/worker/start.ts";
import { openBus } from "../open-bus.ts";
import { startPhone } from "../phone/start-phone.ts";
import { api } from "../platform.ts";

const entry: BackgroundDefinition = defineBackground({
  main() {
    const { signal } = new AbortController();
    const { bus, log, failed } = openBus(signal);
    const isFirefox = import.meta.env.FIREFOX;
    const host = isFirefox ? createPageHost(api, signal) : createOffscreenHost(api);
    startWorker({ api, bus, host, hasNoticeButtons: !isFirefox, failed, signal });
    if (isFirefox) startPhone({ bus, log, failed, signal });
  },
});

export default entry;
