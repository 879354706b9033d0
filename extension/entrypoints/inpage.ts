import type { UnlistedScriptDefinition } from "wxt";
import { defineUnlistedScript } from "wxt/utils/define-unlisted-script";
import { installPageApi } from "../../content/page-api.ts";

const entry: UnlistedScriptDefinition = defineUnlistedScript(() => installPageApi(window));

export default entry;
