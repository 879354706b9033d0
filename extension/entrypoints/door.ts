import type { UnlistedScriptDefinition } from "wxt";
import { defineUnlistedScript } from "wxt/utils/define-unlisted-script";
import { openDoor } from "../../content/door.ts";

const entry: UnlistedScriptDefinition = defineUnlistedScript(() => openDoor());

export default entry;
