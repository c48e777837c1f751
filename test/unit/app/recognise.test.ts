import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Elysia } from "elysia";
import Fastify from "fastify";
import { H3 } from "h3";
import { Hono } from "hono";
import { AutoRouter } from "itty-router";
import { fit } from "../../../src/app/fit.ts";
import { recognise } from "../../../src/app/recognise.ts";

/** What a package without types has as its default export, and is called. */
async function make(name: string): Promise<unknown> {
  const { default: create }: { default: () => object } = await import(name);
  return create();
}

async function makeRouter(name: string): Promise<unknown> {
  const { default: create }: { default: { Router(): object } } = await import(name);
  return create.Router();
}

async function makeKoa(): Promise<unknown> {
  const name = "koa";
  const { default: Koa }: { default: new () => object } = await import(name);
  return new Koa();
}

async function createNest(): Promise<object> {
  class Site {}
  Module({})(Site);
  return await NestFactory.create(Site, { logger: false });
}

describe("recognise", () => {
  const applications: readonly (readonly [what: string, make: () => unknown])[] = [
    ["an object of class Hono with fetch", () => new Hono()],
    ["an object of class Elysia with fetch", () => new Elysia()],
    ["an object of class H3 with fetch", () => new H3()],
    ["an object with fetch", () => AutoRouter()],
    ["a class with fetch", () =>
      class {
        static fetch(): void {}
      }],
    ["an http.Server", () => createServer()],
    ["an Express application", () => make("express")],
    ["an Express application", () => make("express4")],
    ["a connect application", () => make("connect")],
    ["a Koa application", makeKoa],
    ["a Fastify instance", () => Fastify()],
    ["a NestJS application", createNest],
    ["a polka application", () => make("polka")],
    ["a function", () => (_request: unknown) => {}],
    ["a function", () => async () => {}],
  ];
  for (const [index, [what, create]] of applications.entries()) {
    it(`knows ${what} (${index})`, async () => {
      const made = create();
      // Not every application can be awaited: some have a method of any name, `then` among them.
      const value = made instanceof Promise ? await made : made;
      const found = recognise(value);
      assert.equal(found?.what, what);
      const kind = what === "a function" ? "function" : what.endsWith("with fetch") ? "fetch" : "node";
      assert.equal(found?.kind, kind);
      assert.equal(fit(value, "auto")?.interface, kind === "node" ? "node" : "fetch");
      assert.equal(fit(value, "fetch")?.interface, kind === "node" ? undefined : "fetch");
      assert.equal(fit(value, "node")?.interface, kind === "fetch" ? undefined : "node");
      assert.equal(fit(value, "wsgi")?.interface, kind === "function" ? "wsgi" : undefined);
    });
  }

  const others: readonly (readonly [what: string, make: () => unknown])[] = [
    ["a router of Express", () => makeRouter("express")],
    ["a router of Express 4", () => makeRouter("express4")],
    ["a class", () => class {}],
    ["a promise", () => Promise.resolve(() => {})],
    ["settings", () => ({ port: 1 })],
    ["something that answers to any name", () => new Proxy({}, { get: () => () => {} })],
    ["text", () => "fetch"],
    ["nothing", () => null],
  ];
  for (const [what, create] of others) {
    it(`does not take ${what}`, async () => {
      const made = create();
      const value = made instanceof Promise && what !== "a promise" ? await made : made;
      assert.equal(recognise(value), null);
    });
  }
});
