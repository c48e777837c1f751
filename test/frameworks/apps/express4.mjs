// Express 4, which many still run.
import express from "express4";
import { createExpress } from "./express-like.mjs";
import { listenHttp } from "./http-listen.mjs";

export const app = createExpress(express, (prefix) => `${prefix}/*`);
app.get("/ab?cd", (_req, res) => res.send("a pattern of version 4"));
app.get(/.*fly$/, (_req, res) => res.send("an expression"));
app.get("/optional/:name?", (req, res) => res.send(`optional ${req.params.name ?? "none"}`));

export const listen = () => listenHttp(app);
