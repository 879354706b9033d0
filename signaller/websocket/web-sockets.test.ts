import { createWebSockets } from "./web-sockets.ts";
import { describeWebSockets } from "./websocket.suite.ts";
import { createWsSockets } from "./ws-port.suite.ts";

describeWebSockets("this node", createWebSockets);
describeWebSockets("ws", createWsSockets);
