/** @module An application of the node interface, put behind the runtime's bridge. */
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import type { NodeHttpPort, NodeListener } from "../runtime/port.ts";
import type { BridgeHost, ServedApplication } from "./bridge.ts";
import { AppLoadError } from "./load-error.ts";
import type { NodeApplication } from "./node-frameworks.ts";
import type { Callable } from "./shape.ts";

/** Rejects with an {@link AppLoadError} (4) for servers of another protocol, else with what the application throws. */
export async function serveNodeApplication(
  nodeHttp: NodeHttpPort,
  application: NodeApplication,
  host: BridgeHost,
): Promise<ServedApplication> {
  const target = await application.open();
  if (!isListener(target) && !nodeHttp.isServer(target)) {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, "Application object must be an http.Server.", [
      `That of ${application.what} is of another kind, as those of net, https and http2; sockets and protocol are the arbiter's here`,
      "Make it with http.createServer",
    ]);
  }
  const served = nodeHttp.serve(target, host);
  return application.close === null ? served : closingWith(served, application.close, host);
}

/** The framework's own end belongs to the end of the worker. */
function closingWith(served: ServedApplication, close: Callable, host: BridgeHost): ServedApplication {
  return {
    handle: (exchange) => served.handle(exchange),
    get pendingCount(): number {
      return served.pendingCount;
    },
    settled: () => served.settled(),
    drain: () => served.drain(),
    async close(): Promise<void> {
      // First: frameworks wait for their server, which has ended then.
      const ended = served.close();
      try {
        await close();
      } catch (error) {
        host.onError(error, "the application's close()");
      }
      await ended;
    },
  };
}

function isListener(target: NodeListener | object): target is NodeListener {
  return typeof target === "function";
}
