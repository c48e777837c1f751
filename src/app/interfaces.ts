/** @module The bridges of the interfaces, each loaded only where it is needed. */
import type { RuntimeAdapter } from "../runtime/port.ts";
import type { BridgeHost, ServedApplication } from "./bridge.ts";
import { createFetchApplication } from "./fetch.ts";
import type { Fitting } from "./fit.ts";

/** Puts the bridge of its interface before an application. Rejects with an `AppLoadError`, or with what the application throws. */
export async function serveFitting(
  adapter: Pick<RuntimeAdapter, "nodeHttp" | "process">,
  fitting: Fitting,
  host: BridgeHost,
): Promise<ServedApplication> {
  switch (fitting.interface) {
    case "fetch":
      return createFetchApplication(fitting.handler, host);
    case "node": {
      const { serveNodeApplication } = await import("./node-application.ts");
      return await serveNodeApplication(await adapter.nodeHttp(), fitting.application, host);
    }
    case "wsgi": {
      const { createWsgiApplication } = await import("./wsgi/wsgi.ts");
      return createWsgiApplication(fitting.callable, host, adapter.process.env["SCRIPT_NAME"] ?? "");
    }
  }
}
