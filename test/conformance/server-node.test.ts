import { nodeServerSuite } from "./server-node-server.suite.ts";
import { nodeWebSocketSuite } from "./server-node-websocket.suite.ts";
import { nodeSuite } from "./server-node.suite.ts";

nodeSuite();
nodeServerSuite();
nodeWebSocketSuite();
