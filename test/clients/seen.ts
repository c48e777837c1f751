/** @module What the application `clients:app` says of a request to `/seen`. */
import assert from "node:assert/strict";
import { type Answer, Client, type Target } from "../support/client.ts";

export interface Seen {
  readonly method: string;
  readonly url: string;
  /** Address and port, or "unix". */
  readonly client: string;
  readonly ip: string | null;
  readonly peer: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Sends `before` and one request on a connection of its own; the connection must end with the answer. */
export async function ask(target: Target, before = "", path = "/seen", fields = ""): Promise<Answer> {
  const client = await Client.connect(target);
  try {
    client.send(`${before}GET ${path} HTTP/1.1\r\nHost: some.test\r\nConnection: close\r\n${fields}\r\n`);
    const answer = await client.answer();
    assert.equal(await client.rest(), "", "more than one answer");
    return answer;
  } finally {
    client.close();
  }
}

/** As {@link ask}, for an answer that must be 200. */
export async function seen(target: Target, before = "", path = "/seen", fields = ""): Promise<Seen> {
  const { status, head, body } = await ask(target, before, path, fields);
  assert.equal(status, 200, head + body);
  return JSON.parse(body);
}
