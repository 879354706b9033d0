import { openBus } from "../../open-bus.ts";
import { startPhone } from "../../phone/start-phone.ts";

const { signal } = new AbortController();
const { bus, failed } = openBus(signal);
startPhone({ bus, failed, signal });
