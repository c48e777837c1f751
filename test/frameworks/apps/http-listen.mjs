// The server of node:http, as every framework on it uses it.
import http from "node:http";

/** Resolves with the port. */
export function listenHttp(listener) {
  return new Promise((resolve) => {
    const server = http.createServer(listener).listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

/** A port that nobody listens on, for servers that must be told one. */
export function freePort() {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
