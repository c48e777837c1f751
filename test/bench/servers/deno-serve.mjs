// Deno.serve, the runtime's own server.
Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(`port=${port}`) },
  () => new Response("hello\n"),
);
