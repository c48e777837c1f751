import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { type RunningServer, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 90_000 };
const HERE = ["-b", "127.0.0.1:0", "--reload"] as const;

/** An application of two modules; the answer is `text`. */
class Application {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    this.write("app.mjs", 'import { text } from "./lib/text.mjs";\nexport const app = () => new Response(text);\n');
    this.save("one");
  }

  save(text: string): void {
    this.write("lib/text.mjs", `export const text = ${JSON.stringify(text)};\n`);
  }

  write(name: string, content: string): void {
    const path = join(this.folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
  }
}

async function served(server: RunningServer): Promise<string> {
  return (await get({ port: await server.port() })).body;
}

/** Asks until the answer is `text`: for a moment after a reload the old worker still accepts. */
async function serves(server: RunningServer, text: string): Promise<void> {
  while (await served(server) !== text);
}

/** Workers are ready, which no line of a start says: those of a reload are. Their generation is the second. */
async function settled(server: RunningServer): Promise<void> {
  await server.ready(1);
  server.signal("SIGHUP");
  await server.line(/Reload complete: generation 2/);
}

async function withApplication(
  args: readonly string[],
  test: (server: RunningServer, application: Application) => Promise<void>,
  prepare: (application: Application) => void = () => {},
): Promise<void> {
  await inFolder(async (folder) => {
    const application = new Application(folder);
    prepare(application);
    await withServer([...args, "app:app"], (server) => test(server, application), { cwd: folder });
  });
}

/** Setting `reload`: what a developer sees. */
export function watchSuite(): void {
  describe("files that are watched", () => {
    it("are served as saved, and a burst of changes is one reload", LIMIT, async () => {
      await withApplication([...HERE, "-w", "2"], async (server, application) => {
        await server.line(/\[WARNING\] Reloader is on\. Use in development only!/);
        await settled(server);
        assert.equal(await served(server), "one");
        application.write(".new/text.mjs", 'export const text = "two";\n');
        for (let number = 0; number < 20; number += 1) application.write(`.new/${number}.js`, "\n");
        // All at once, and none of it as an editor would: the folder is another one.
        renameSync(join(application.folder, "lib"), join(application.folder, ".old"));
        renameSync(join(application.folder, ".new"), join(application.folder, "lib"));
        await server.line(/\[INFO\] Worker reloading: lib\/0\.js \(and 20 more files\) modified/);
        await server.line(/Reload complete: generation 3 has 2 workers ready/);
        await serves(server, "two");
        application.save("three");
        await server.line(/Worker reloading: lib\/text\.mjs modified/);
        await server.line(/Reload complete: generation 4/);
        await serves(server, "three");
        assert.equal(server.count(/Worker reloading/), 2);
      });
    });

    it("do no harm when they are broken, print their error once, and are served when they are mended", LIMIT, async () => {
      await withApplication([...HERE, "-w", "3"], async (server, application) => {
        await settled(server);
        application.write("lib/text.mjs", "export const text = ;\n");
        await server.line(/Reload failed: .*SyntaxError.*; the old workers go on serving/);
        assert.equal(await served(server), "one");
        assert.equal(server.count(/Exception in worker process/), 1);
        application.save("two");
        await server.line(/Reload complete: generation 4/);
        await serves(server, "two");
      });
    });

    it("may be new, be removed and come back, with their folders", LIMIT, async () => {
      await withApplication([...HERE], async (server, application) => {
        await settled(server);
        application.write("new/deep/a.ts", "1\n");
        await server.line(/Worker reloading: new\/deep\/a\.ts modified/);
        await server.line(/Reload complete: generation 3/);
        rmSync(join(application.folder, "new"), { recursive: true });
        await server.line(/Worker reloading: new\/deep\/a\.ts modified/, 2);
        await server.line(/Reload complete: generation 4/);
        application.write("new/deep/b.ts", "1\n");
        await server.line(/Worker reloading: new\/deep\/b\.ts modified/);
        await server.line(/Reload complete: generation 5/);
        application.write("new/deep/b.ts", "22\n");
        await server.line(/Worker reloading: new\/deep\/b\.ts modified/, 2);
      });
    });

    it("are neither packages nor what the server itself writes", LIMIT, async () => {
      const logs = ["--access-logfile", "log/access.json", "--error-logfile", "-", "--reload-extra-file", "log/*"];
      await withApplication([...HERE, ...logs], async (server, application) => {
        await settled(server);
        application.write("node_modules/a/index.js", "1\n");
        application.write(".cache/index.js", "1\n");
        application.write("data.sqlite", "1\n");
        for (let turn = 0; turn < 3; turn += 1) assert.equal(await served(server), "one");
        application.save("two");
        await server.line(/Reload complete: generation 3/);
        await serves(server, "two");
        application.write("log/other.txt", "1\n");
        await server.line(/Reload complete: generation 4/);
        assert.deepEqual(server.lines.flatMap((line) => /Worker reloading: .*/.exec(line) ?? []), [
          "Worker reloading: lib/text.mjs modified",
          "Worker reloading: log/other.txt modified",
        ]);
      }, (application) => application.write("log/.keep", ""));
    });

    it("are extra ones, too: files, folders and patterns", LIMIT, async () => {
      const extra = ["--reload-extra-file", "a.txt", "--reload-extra-file", "views", "--reload-extra-file", "data/**/*.yaml"];
      await withApplication([...HERE, ...extra], async (server, application) => {
        await server.line(/\[WARNING\] reload_extra_files: "data\/\*\*\/\*\.yaml" matches no file at the moment/);
        await settled(server);
        for (const [turn, name] of ["a.txt", "views/deep/b.html", "data/x/y/c.yaml"].entries()) {
          application.write(name, "new\n");
          await server.line(new RegExp(`Worker reloading: ${name} modified`));
          await server.line(/Reload complete/, turn + 2);
        }
      }, (application) => {
        application.write("a.txt", "");
        application.write("views/a.html", "");
      });
    });

    it("must be there when they are named", LIMIT, async () => {
      await inFolder(async (folder) => {
        new Application(folder);
        const { code, stderr } = await runToEnd([...HERE, "--reload-extra-file", "none.txt", "app:app"], { cwd: folder });
        assert.equal(code, 1);
        assert.match(stderr, /Error: reload_extra_files: "none\.txt" doesn't exist \(from --reload-extra-file\)/);
      });
    });

    it("are noticed by polling", LIMIT, async () => {
      await withApplication([...HERE, "--reload-engine", "poll"], async (server, application) => {
        await settled(server);
        application.save("two");
        await server.line(/Worker reloading: lib\/text\.mjs modified/);
        await server.line(/Reload complete: generation 3/);
        await serves(server, "two");
      });
    });

    it("are the config file, which may end the watching", LIMIT, async () => {
      const config = (workers: number, reload: boolean): string => `export default { workers: ${workers}, reload: ${reload} };\n`;
      await inFolder(async (folder) => {
        await withApplication(["-b", "127.0.0.1:0", "-c", join(folder, "conf.mjs")], async (server, application) => {
          await settled(server);
          writeFileSync(join(folder, "conf.mjs"), config(2, true));
          await server.line(/Worker reloading: \/.*\/conf\.mjs modified/);
          await server.line(/Reload complete: generation 3 has 2 workers ready/);
          writeFileSync(join(folder, "conf.mjs"), config(1, false));
          await server.line(/Reload complete: generation 4 has 1 workers ready/);
          application.save("two");
          server.signal("SIGHUP");
          await server.line(/Reload complete: generation 5/);
          await serves(server, "two");
          assert.equal(server.count(/Worker reloading/), 2);
        }, () => writeFileSync(join(folder, "conf.mjs"), config(1, true)));
      });
    });
  });

  describe("a start that fails while files are watched", () => {
    it("waits until they are mended, and so do connections", LIMIT, async () => {
      await withApplication(["-b", "127.0.0.1:0", "--watch", "-w", "2"], async (server, application) => {
        await server.line(/\[ERROR\] The application could not be started: waiting until its files change \(reload\)/);
        assert.equal(server.count(/Exception in worker process/), 1);
        const answer = served(server);
        application.write("lib/text.mjs", "throw new Error('still broken');\n");
        await server.line(/could not be started/, 2);
        application.save("mended");
        assert.equal(await answer, "mended");
        await server.line(/Booting worker with pid: /, 4);
      }, (application) => application.write("lib/text.mjs", "export const text = ;\n"));
    });

    it("ends when told", LIMIT, async () => {
      await withApplication([...HERE], async (server) => {
        await server.line(/could not be started/);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
      }, (application) => application.write("lib/text.mjs", "export const text = ;\n"));
    });
  });
}
