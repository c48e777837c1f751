import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { describe, it } from "node:test";
import { actAsServed } from "../../../runtimes/shared/script/node-server.ts";
import { Takeover } from "../../../runtimes/shared/script/takeover.ts";

describe("a program that closes the server that is served", () => {
  function served(): { readonly takeover: Takeover; readonly server: Server; readonly warnings: string[] } {
    const warnings: string[] = [];
    const takeover = new Takeover({
      listened: () => {},
      refused: () => {},
      warned: (text) => void warnings.push(text),
    });
    const server = createServer();
    actAsServed(server, takeover, null);
    return { takeover, server, warnings };
  }

  it("is warned once where nothing drains, for it is served on", () => {
    const { server, warnings } = served();
    server.close();
    server.close();
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /^The program closed the server that is served\. It is served on/);
  });

  it("is as it should be during the drain, and hears of the end of that", async () => {
    const { takeover, server, warnings } = served();
    const told: string[] = [];
    takeover.end.draining();
    server.close(() => told.push("closed"));
    assert.equal(told.length, 0);
    await takeover.end.finish((error) => told.push(String(error)));
    assert.deepEqual([told, warnings], [["closed"], []]);
  });
});
