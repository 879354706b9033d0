import type { UnlistedScriptDefinition } from "wxt";
import { defineUnlistedScript } from "wxt/utils/define-unlisted-script";
import { startContent } from "../../content/start.ts";
import { api } from "../platform.ts";

const entry: UnlistedScriptDefinition = defineUnlistedScript(() => startContent(api));

export default entry;
