// What the streams within `@metamask/providers` take for granted of Node. Imported before them, and by nobody else.
import { Buffer } from "buffer";
import process from "process";

Object.assign(globalThis, { Buffer, process });
