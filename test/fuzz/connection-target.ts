/** @module A whole connection between a random client and a random application: what must hold whatever both do. */
import { STRICT } from "../../src/http/permissions.ts";
import { Random } from "../simulation/random.ts";
import { fixturePages, readFixtures } from "../support/fixtures.ts";
import { atRandom } from "./cuts.ts";
import { drive, type Reading } from "./drive.ts";
import { generateRequests, REQUEST_SPLINTERS } from "./generate.ts";
import { type Note, RandomApplication } from "./random-application.ts";
import { RandomClient } from "./random-client.ts";
import { isLast, type ReadResponse, readResponses, valuesOf } from "./response-reader.ts";
import { ensure, ensureSame, type FuzzInput, type FuzzTarget } from "./target.ts";
import { wireCaseOf } from "./wire-case.ts";

const SEED_MAX_CHARS = 2000;

export const connectionTarget: FuzzTarget = {
  name: "connection",
  seeds: fixturePages().flatMap((page) => readFixtures(page)).map(({ wire }) => wire).filter((wire) =>
    wire.length < SEED_MAX_CHARS
  ),
  splinters: REQUEST_SPLINTERS,
  generate: generateRequests,
  async run({ text, choices }: FuzzInput): Promise<string[]> {
    const random = new Random(choices);
    const app = new RandomApplication(new Random(random.between(0, 0xffff_ffff)));
    const client = new RandomClient(atRandom(text, random), app, random);
    await client.misbehave();
    await client.behave();
    const standing = readAll(client);
    answersAll(client, app.notes, standing);
    await client.leaveSlowly();
    endsWhereAllIsSaid(client, app.notes);
    await client.vanish();
    const reading = readAll(client);
    readsWhatWasSent(app.notes, reading, client.delivered);
    const responses = answersInOrder(client, app.notes);
    settlesEverything(client, app.notes);
    return featuresOf(app.notes, responses, reading, client);
  },
  describe({ text, choices }: FuzzInput): string {
    return wireCaseOf(text, [`(choices ${choices} decide cuts, client and application)`], ["(see the property)"]);
  },
};

/** What a server that answers everything would read out of all that was delivered. */
function readAll({ rig, delivered, hasEnded, isIntroduced }: RandomClient): Reading {
  if (!isIntroduced) return { messages: [], end: "open", error: null, rest: "" };
  return drive([delivered], { limits: rig.host.limits, permissions: STRICT, eof: hasEnded, ignoreUpgrade: true });
}

/** Where nothing hangs on the application, every request is with it, and a refusal has closed the connection. */
function answersAll(client: RandomClient, notes: readonly Note[], reading: Reading): void {
  if (
    client.isOver || !client.hasDeliveredAll || notes.some(({ done }) => !done) || notes.some(({ tunnel }) => tunnel !== null)
  ) return;
  ensure(reading.error === null, "a refusal closes the connection", () => reading.error ?? "");
  ensureSame(notes.length, reading.messages.length, "every request that came reached the application");
}

function endsWhereAllIsSaid({ rig }: RandomClient, notes: readonly Note[]): void {
  if (notes.some(({ done }) => !done)) return;
  ensure(
    rig.socket.destroyed || notes.some(({ tunnel }) => tunnel !== null),
    "a connection whose client ended and has all answers is closed",
  );
}

/** The application got the requests that were sent, in their order, and nothing of the next one's bytes in a body. */
function readsWhatWasSent(notes: readonly Note[], reading: Reading, delivered: string): void {
  for (const note of notes) {
    const message = reading.messages[note.index];
    ensure(message !== undefined, "the application got no request that was not sent");
    const { method, target, fields } = note.exchange.head;
    const sent = [message.head.method, message.head.target, withoutUnderscores(message.head.fields)];
    ensureSame([method, target, fields], sent, "requests come in their order");
    ensure(message.data.startsWith(note.content), "the content is what was sent", () => JSON.stringify(note.content));
    if (note.sawEnd) ensure(message.trailers !== null && note.content === message.data, "the content ends where it was complete");
    if (note.tunnel !== null) {
      ensure(delivered.endsWith(note.tunnel), "who takes over gets what follows", () => JSON.stringify(note.tunnel));
    }
  }
}

/** The default of `header_map` drops them where they come from a peer that is not trusted. */
function withoutUnderscores(fields: readonly string[]): string[] {
  return fields.filter((_, index) => fields[index - (index % 2)]?.includes("_") === false);
}

function answersInOrder({ rig }: RandomClient, notes: readonly Note[]): readonly ReadResponse[] {
  const { socket, accessed } = rig;
  // One more: a refused request has no exchange.
  const { responses, rest } = readResponses(socket.sent, [...notes.map(({ exchange }) => exchange.head.method), "GET"]);
  ensure(rest === "" || !responses.some(isLast), "nothing follows the last answer", () => JSON.stringify(rest.slice(0, 200)));
  let answered = 0;
  for (const [position, response] of responses.entries()) {
    const tag = valuesOf(response, "x-answer");
    const note = notes[answered];
    if (response.status < 200 && response.status !== 101) {
      if (response.status === 100) ensure(note?.exchange.head.expectContinue === true, "100 is for who waits for it");
      else ensureSame(tag, [String(answered)], "an interim response belongs to the request that is being answered");
      continue;
    }
    if (tag.length === 0) {
      // A refusal of ours, or the application failed.
      ensure(response.status >= 400 && isLast(response) && position === responses.length - 1, "an error page is the last answer");
    } else {
      ensureSame(tag, [String(answered)], "answers are in order, one for each request");
      if (note !== undefined) hasTheBody(response, note);
    }
    ensure(response.isComplete || socket.destroyed, "an answer that is cut ends the connection");
    answered += 1;
  }
  ensure(answered <= notes.length + 1, "no request has two answers");
  ensure(answered >= notes.filter(({ body }) => body !== null).length || socket.destroyed, "every answer is sent");
  ensure(
    accessed.length === notes.length,
    "every request is logged once",
    () => `${accessed.length} lines, ${notes.length} requests`,
  );
  return responses;
}

function hasTheBody(response: ReadResponse, { body, exchange }: Note): void {
  if (body === null || !response.isComplete || response.isUntilClose) return;
  const hasNone = exchange.head.method === "HEAD" || [204, 205, 304].includes(response.status) ||
    (exchange.head.method === "CONNECT" && response.status < 300);
  ensureSame(response.body.length, hasNone ? 0 : body.length, "the body is the application's");
}

function settlesEverything({ rig }: RandomClient, notes: readonly Note[]): void {
  ensure(rig.socket.destroyed, "the socket is closed");
  for (const { exchange, waiting, aborts, done, index } of notes) {
    ensure(waiting === 0, "no promise is left pending", () => `request ${index}`);
    ensure(done || exchange.aborted, "an exchange without an answer is told that its client left", () => `request ${index}`);
    // Once when its side ends, once when it is gone.
    ensure(!(aborts > 2), "a client leaves at most twice", () => `${aborts} calls for request ${index}`);
    ensure(done || aborts !== 0, "who wants to know that the client left is told", () => `request ${index}`);
  }
}

function featuresOf(
  notes: readonly Note[],
  responses: readonly ReadResponse[],
  reading: Reading,
  { rig }: RandomClient,
): string[] {
  const shown = responses.map((response) => `${response.status}${response.isComplete ? "" : "-"}${isLast(response) ? "!" : ""}`)
    .join();
  const read = notes.map(({ done, sawEnd, tunnel }) => `${Number(done)}${Number(sawEnd)}${Number(tunnel !== null)}`).join();
  return [
    `${shown} ${read}`,
    `${reading.error} ${reading.messages.length} ${notes.length} ${responses.length}`,
    rig.log.length > 3 ? "log" : "",
  ];
}
