// Run it:  npx tsgunicorn examples/streaming:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl -N localhost:8000/clock
//          curl -T some-big-file localhost:8000/echo | cmp - some-big-file

const TICK_MS = 1_000;

/** A clock as server-sent events, and an echo that holds a few parts of an upload in memory at a time, however big it is. */
export const app = (request: Request): Response => {
  const { pathname } = new URL(request.url);
  if (pathname === "/clock") {
    return new Response(clock(), { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
  }
  if (pathname === "/echo" && request.body !== null) {
    return new Response(request.body, {
      headers: { "content-type": request.headers.get("content-type") ?? "application/octet-stream" },
    });
  }
  return new Response("GET /clock ticks each second. PUT or POST something to /echo.\n", {
    status: pathname === "/" ? 200 : 404,
  });
};

function clock(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const tick = (): void => controller.enqueue(encoder.encode(`data: ${new Date().toISOString()}\n\n`));
      tick();
      timer = setInterval(tick, TICK_MS);
    },
    // Called when the client leaves, and when a reload has waited for it as long as the graceful timeout allows.
    cancel() {
      clearInterval(timer);
    },
  });
}
