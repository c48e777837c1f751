// What slow clients ask for: an upload that is read, and an answer that is larger than what systems buffer.
const PARTS = 64;
const part = new Uint8Array(65_536).fill(97);

const large = () => {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ < PARTS) controller.enqueue(part);
      else controller.close();
    },
  });
};

export const app = async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/large") return new Response(large());
  if (request.body !== null) await request.arrayBuffer();
  return new Response("hello\n");
};
