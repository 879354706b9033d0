import { openBus } from "../../open-bus.ts";
import { startPhone } from "../../phone/start-phone.ts";

const { signal } = new AbortController();
const { bus, log, failed } = openBus(signal);
startPhone({ bus, log, failed, signal });
