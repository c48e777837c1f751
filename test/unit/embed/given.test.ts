import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CALL_ORIGIN, readGiven } from "../../../src/embed/given.ts";
import { ARBITER_HOOKS, WORKER_HOOKS } from "../../../src/hooks/names.ts";

function refusal(settings: object): string {
  const { problems, layer } = readGiven(settings);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  const [{ setting, message, hint, source } = { setting: null, message: "", hint: null, source: null }] = problems;
  assert.equal(source, CALL_ORIGIN);
  assert.equal(layer.size, 0);
  return `${setting} ${message}; ${hint}`;
}

describe("The settings of a call of serve()", () => {
  it("are a layer, in which app is another name of wsgi_app", () => {
    for (const name of ["app", "wsgi_app"]) {
      const { layer, problems } = readGiven({ [name]: "./app.ts:handler", workers: 2, bind: undefined });
      assert.deepEqual(problems, []);
      assert.deepEqual([...layer].map(([key, { value, origin }]) => [key, value, origin]), [
        ["workers", 2, CALL_ORIGIN],
        ["wsgi_app", "./app.ts:handler", CALL_ORIGIN],
      ]);
    }
    assert.match(readGiven({ app: "a", wsgi_app: "b" }).problems[0]?.message ?? "", /^is another name of wsgi_app/);
  });

  it("refuse an application that is no name", () => {
    assert.match(
      refusal({ app: () => new Response() }),
      /^app must be the name of a module, got a function; workers are other processes/,
    );
    assert.match(refusal({ wsgi_app: { fetch: 1 } }), /^wsgi_app must be the name of a module, got \{"fetch":1\};/);
  });

  for (const name of Object.keys(WORKER_HOOKS)) {
    it(`refuse ${name}, which workers call`, () => {
      assert.match(
        refusal({ [name]: () => {} }),
        new RegExp(`^${name} is a hook that workers call.*; put it into a config file`),
      );
    });
  }

  for (const name of Object.keys(ARBITER_HOOKS).filter((each) => each !== "pre_exec")) {
    it(`take ${name}`, () => {
      const hook = (): void => {};
      const { hooks, layer, problems } = readGiven({ [name]: hook });
      assert.deepEqual([problems, { ...hooks }, layer.size], [[], { [name]: hook }, 1]);
      assert.match(readGiven({ [name]: "text" }).problems[0]?.message ?? "", /^value is not callable/);
    });
  }

  it("refuse what a program cannot have", () => {
    assert.match(refusal({ pre_exec() {} }), /^pre_exec is called at an upgrade \(USR2\)/);
    assert.match(refusal({ daemon: true }), /^daemon cannot be had inside a program/);
    assert.deepEqual(readGiven({ daemon: false }).problems, []);
    for (const name of ["config", "env_file", "check_config", "print_config"]) {
      assert.match(refusal({ [name]: "x" }), new RegExp(`^${name} cannot be given here; (?!null)`));
    }
  });
});
