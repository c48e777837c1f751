import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileRoutes, type Router } from "../../../runtimes/bun/script-routes.ts";

const named = (name: string): () => string => () => name;

/** What a route is found for, as `name params`; null where none is. */
function find(router: Router | null, path: string, method = "GET"): string | null {
  const match = router?.(method, `http://host:3000${path}`) ?? null;
  if (match === null) return null;
  assert.ok(typeof match.action === "function");
  const name = String(match.action(new Request("http://host/"), {}));
  return match.params === null ? name : `${name} ${JSON.stringify(match.params)}`;
}

describe("the routes of Bun.serve", () => {
  it("exact paths go before parameters, and those before what a star takes", () => {
    const router = compileRoutes({
      "/*": named("all"),
      "/users/:id": named("user"),
      "/users/me": named("me"),
      "/users/:id/*": named("below"),
      "/files/*": named("files"),
      "/users/:id/books/:book": named("book"),
    });
    assert.equal(find(router, "/users/me"), "me");
    assert.equal(find(router, "/users/me?x=/users/7"), "me");
    assert.equal(find(router, "/users/7"), 'user {"id":"7"}');
    assert.equal(find(router, "/users/7/books/8"), 'book {"id":"7","book":"8"}');
    assert.equal(find(router, "/users/7/other"), 'below {"id":"7"}');
    assert.equal(find(router, "/files/a/b"), "files {}");
    assert.equal(find(router, "/files"), "all {}");
    assert.equal(find(router, "/users/"), "all {}");
    assert.equal(find(router, "/"), "all {}");
  });

  it("parameters are decoded, and left alone where they cannot be", () => {
    const router = compileRoutes({ "/:name": named("it") });
    assert.equal(find(router, "/a%20b%2Fc"), 'it {"name":"a b/c"}');
    assert.equal(find(router, "/%zz"), 'it {"name":"%zz"}');
    assert.equal(find(router, "/"), null);
  });

  it("what has no method for it is nobody's, and GET answers HEAD", () => {
    const router = compileRoutes({ "/form": { GET: named("get"), POST: named("post") }, "/:any": { PUT: named("put") } });
    assert.equal(find(router, "/form"), "get");
    assert.equal(find(router, "/form", "HEAD"), "get");
    assert.equal(find(router, "/form", "POST"), "post");
    assert.equal(find(router, "/form", "DELETE"), null);
    assert.equal(find(router, "/other"), null);
  });

  it("false leaves a path to fetch, and there need be no routes", () => {
    const router = compileRoutes({ "/api/*": named("api"), "/api/open": false, "/gone": undefined });
    assert.equal(find(router, "/api/open"), null);
    assert.equal(find(router, "/api/x"), "api {}");
    assert.equal(find(router, "/gone"), null);
    assert.equal(compileRoutes(undefined), null);
  });

  it("responses and files are taken, and what Bun would bundle is refused with what to do", () => {
    const router = compileRoutes({ "/static": new Response("x"), "/file": new Blob(["x"]), "/both": { GET: new Response("x") } });
    for (const path of ["/static", "/file", "/both"]) {
      assert.ok(router?.("GET", `http://host${path}`)?.action instanceof Response, path);
    }
    for (const value of [{ index: "page.html" }, "text", {}, null, { GET: 1 }]) {
      assert.throws(() => compileRoutes({ "/page": value }), /the route "(?:GET )?\/page" is neither.*bun build/);
    }
  });
});
