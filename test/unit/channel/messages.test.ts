import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ChannelProtocolError, decodeArbiterMessage, decodeWorkerMessage, encodeMessage } from "../../../src/channel/messages.ts";

describe("channel messages", () => {
  it("come back as they were sent, on one line", () => {
    const accept = { type: "accept", slots: [0, 3] } as const;
    assert.deepEqual(decodeArbiterMessage(encodeMessage(accept)), accept);
    const failed = { type: "boot_failed", text: "two\nlines" } as const;
    assert.equal(encodeMessage(failed).includes("\n"), false);
    assert.deepEqual(decodeWorkerMessage(encodeMessage(failed)), failed);
  });

  for (const line of ["", "{", "null", "[]", "7", '{"type":"other"}', '{"type":"ready","x":', '{"kind":"ready"}']) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      assert.throws(() => decodeWorkerMessage(line), ChannelProtocolError);
      assert.throws(() => decodeArbiterMessage(line), ChannelProtocolError);
    });
  }

  it("each side has its own", () => {
    assert.throws(() => decodeArbiterMessage('{"type":"ready"}'), ChannelProtocolError);
    assert.throws(() => decodeWorkerMessage('{"type":"reopen"}'), ChannelProtocolError);
  });
});
