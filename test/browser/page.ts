/**
 * A tab: what its page is told to do, and all that goes wrong in it.
 *
 * @module
 */
import type { DevTools, Fields } from "./devtools.ts";

const LOAD_LIMIT_MS = 30_000;

/** An answer that the network gave, as the browser saw it. */
export interface Seen {
  readonly url: string;
  readonly status: number;
  /** Whether its connection had carried another one before. */
  readonly isReused: boolean;
}

export class Page {
  /** Exceptions, error messages of the console, and requests that failed without having been cancelled. */
  readonly troubles: string[] = [];
  readonly seen: Seen[] = [];
  readonly #devTools: DevTools;
  readonly #sessionId: string;
  readonly #targetId: string;
  readonly #urls = new Map<string, string>();
  #loads = 0;
  #wake: () => void = () => {};

  private constructor(devTools: DevTools, targetId: string, sessionId: string) {
    this.#devTools = devTools;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
    devTools.listen(sessionId, (method, params) => this.#happened(method, params));
  }

  static async open(devTools: DevTools, url: string): Promise<Page> {
    const { targetId } = await devTools.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await devTools.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(devTools, String(targetId), String(sessionId));
    for (const domain of ["Page", "Runtime", "Network", "Log", "DOM"]) await page.#send(`${domain}.enable`);
    await page.loads(() => page.#send("Page.navigate", { url }));
    return page;
  }

  /** The value of an expression, awaited. Throws what the page throws. */
  async evaluate<Value = unknown>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionText(exceptionDetails as Fields)}`);
    return (result as { readonly value: Value }).value;
  }

  /** Waits in the page until the expression holds. */
  async until(expression: string): Promise<void> {
    await this.evaluate(`new Promise((resolve, reject) => {
      const look = async () => (await (${expression})) ? resolve() : setTimeout(look, 5);
      look().catch(reject);
    })`);
  }

  /** Does what makes the tab load a page, and waits for the page with all that it names. */
  async loads(act: () => Promise<unknown>): Promise<void> {
    const before = this.#loads;
    await act();
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, LOAD_LIMIT_MS);
    while (this.#loads === before && !isLate) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(limit);
    if (this.#loads === before) throw new Error(`No page was loaded within ${LOAD_LIMIT_MS} ms\n${this.troubles.join("\n")}`);
  }

  async reload(): Promise<void> {
    await this.loads(() => this.#send("Page.reload"));
  }

  /** Chooses files for `<input type=file>`. */
  async choose(selector: string, files: readonly string[]): Promise<void> {
    const { root } = await this.#send("DOM.getDocument");
    const { nodeId } = await this.#send("DOM.querySelector", { nodeId: (root as Fields)["nodeId"], selector });
    await this.#send("DOM.setFileInputFiles", { nodeId, files });
  }

  async close(): Promise<void> {
    this.#devTools.listen(this.#sessionId, null);
    await this.#devTools.send("Target.closeTarget", { targetId: this.#targetId });
  }

  #send(method: string, params?: Fields): Promise<Fields> {
    return this.#devTools.send(method, params, this.#sessionId);
  }

  #happened(method: string, params: Fields): void {
    switch (method) {
      case "Page.loadEventFired":
        this.#loads++;
        this.#wake();
        break;
      case "Runtime.exceptionThrown":
        this.troubles.push(exceptionText(params["exceptionDetails"] as Fields));
        break;
      case "Log.entryAdded": {
        const { level, text, url } = params["entry"] as Fields;
        if (level === "error") this.troubles.push(`${text} (${url})`);
        break;
      }
      case "Network.requestWillBeSent":
        this.#urls.set(String(params["requestId"]), String((params["request"] as Fields)["url"]));
        break;
      case "Network.responseReceived": {
        const { url, status, connectionReused } = params["response"] as Fields;
        this.seen.push({
          url: String(url),
          status: Number(status),
          isReused: connectionReused === true,
        });
        break;
      }
      case "Network.loadingFailed":
        if (params["canceled"] !== true) {
          this.troubles.push(`${params["errorText"]} (${this.#urls.get(String(params["requestId"]))})`);
        }
        break;
    }
  }
}

function exceptionText({ text, exception }: Fields): string {
  const description = (exception as { readonly description?: string } | undefined)?.description;
  return description ?? String(text);
}
