// Hello world of each framework, made by a call, so that a server loads only the one that it serves.
/** What wrk asks for with heads that are all the same, and with heads that differ. */
const PATHS = ["/", "/items/:id"];

export const express = async () => {
  const { default: create } = await import("express");
  const app = create();
  for (const path of PATHS) app.get(path, (_request, response) => response.send("hello\n"));
  return app;
};

export const fastify = async () => {
  const { default: create } = await import("fastify");
  const app = create();
  for (const path of PATHS) app.get(path, async () => "hello\n");
  return app;
};

export const koa = async () => {
  const { default: Koa } = await import("koa");
  const app = new Koa();
  app.use((context) => {
    context.body = "hello\n";
  });
  return app;
};

export const hono = async () => {
  const { Hono } = await import("hono");
  const app = new Hono();
  for (const path of PATHS) app.get(path, (context) => context.text("hello\n"));
  return app;
};
