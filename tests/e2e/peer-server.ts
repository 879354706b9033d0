// Run as a process: npm `peer` on the port given, as its own command line would start it.
import { PeerServer } from "peer";

const server = PeerServer(
  { port: Number(process.argv[2] ?? 0), host: "127.0.0.1", path: "/", allow_discovery: true },
  listening => {
    const address = listening.address();
    if (address && typeof address !== "string") console.log(`http://127.0.0.1:${address.port}/`);
  },
);
server.on("error", error => console.error(error));
