// Express 5.
import express from "express";
import { createExpress } from "./express-like.mjs";
import { listenHttp } from "./http-listen.mjs";

export const app = createExpress(express, (prefix) => `${prefix}/*rest`);
app.get("/promise-rejects", async () => {
  throw new Error("no next needed");
});
app.get("/optional{/:name}", (req, res) => res.send(`optional ${req.params.name ?? "none"}`));
app.get("/readonly-query", (req, res) => res.json({ query: req.query, same: req.query === req.query }));

export const listen = () => listenHttp(app);
