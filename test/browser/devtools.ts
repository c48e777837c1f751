/**
 * The Chrome DevTools Protocol over the runtime's own WebSocket: commands with their answers, and events by session.
 *
 * @module
 */

/** Longer than anything that a page is waited for. */
const COMMAND_LIMIT_MS = 30_000;

export type Fields = Readonly<Record<string, unknown>>;
export type EventListener = (method: string, params: Fields) => void;

interface Waiting {
  readonly method: string;
  resolve(result: Fields): void;
  reject(error: Error): void;
}

export class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, EventListener>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#received(String(data)));
    socket.addEventListener("close", () => {
      for (const { method, reject } of this.#waiting.values()) {
        reject(new Error(`The browser ended before it answered ${method}`));
      }
      this.#waiting.clear();
    });
  }

  static connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve(new DevTools(socket)));
      socket.addEventListener("error", () => reject(new Error(`No connection to the browser's DevTools at ${url}`)));
    });
  }

  /** Sends a command, to the browser or to a tab's session. Rejects with the browser's words, or after 30 s. */
  send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error(`The browser has ended (${method})`));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#waiting.delete(id);
        reject(
          new Error(
            `The browser did not answer ${method} within ${COMMAND_LIMIT_MS} ms: ${JSON.stringify(params).slice(0, 300)}`,
          ),
        );
      }, COMMAND_LIMIT_MS);
      const settled = <Value>(settle: (value: Value) => void) => (value: Value): void => {
        clearTimeout(limit);
        settle(value);
      };
      this.#waiting.set(id, { method, resolve: settled(resolve), reject: settled(reject) });
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    });
  }

  /** Hears all events of a session, until `null` is given. */
  listen(sessionId: string, listener: EventListener | null): void {
    if (listener === null) this.#listeners.delete(sessionId);
    else this.#listeners.set(sessionId, listener);
  }

  close(): void {
    this.#socket.close();
  }

  #received(text: string): void {
    const { id, error, result, method, params, sessionId } = JSON.parse(text) as {
      readonly id?: number;
      readonly error?: { readonly message: string };
      readonly result?: Fields;
      readonly method?: string;
      readonly params?: Fields;
      readonly sessionId?: string;
    };
    if (id === undefined) {
      this.#listeners.get(sessionId ?? "")?.(method ?? "", params ?? {});
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result ?? {});
    else waiting?.reject(new Error(`${waiting.method}: ${error.message}`));
  }
}
