// node:http, as a program of its own: what a team without tsgunicorn runs on Node.
import http from "node:http";
const server = http.createServer((_request, response) => {
  response.setHeader("Content-Type", "text/plain;charset=UTF-8");
  response.end("hello\n");
});
server.listen(0, "127.0.0.1", () => console.log(`port=${server.address().port}`));
