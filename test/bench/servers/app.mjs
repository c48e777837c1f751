// The same answer as an application of tsgunicorn.
export const app = () => new Response("hello\n");
