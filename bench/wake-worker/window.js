new BroadcastChannel("window").postMessage("ready");
