// Bun.serve, the runtime's own server.
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello\n") });
console.log(`port=${server.port}`);
