import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseIdentity, findIdentity } from "../../../src/arbiter/identity.ts";
import { type OwnIdentity, parseStatus } from "../../../src/arbiter/own-identity.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { ProcessIdentity } from "../../../src/runtime/port.ts";
import { fakeHost } from "../config/fake-host.ts";

const ROOT: OwnIdentity = { uid: 0, gid: 0, canSetUid: true, canSetGid: true };
const ALICE: OwnIdentity = { uid: 1000, gid: 1000, canSetUid: false, canSetGid: false };

const SYSTEM = {
  findUser: (key: string | number) =>
    key === "web" || key === 33
      ? { name: "web", uid: 33, gid: 34 }
      : key === 0 || key === "root"
      ? { name: "root", uid: 0, gid: 0 }
      : null,
  findGroup: (name: string) => name === "staff" ? 50 : null,
  groupsOf: (user: string, gid: number) => user === "web" ? [gid, 50, 51] : [gid],
};

async function choose(flags: readonly string[], own: OwnIdentity | null = ROOT): Promise<ProcessIdentity | null> {
  return chooseIdentity(SYSTEM, own, await loadConfig(fakeHost().host, [...flags, "app"]));
}

describe("who the workers are to be", () => {
  const cases: readonly (readonly [flags: string, identity: ProcessIdentity])[] = [
    ["-u web", { uid: 33, gid: 34, groups: [] }],
    ["-u 33", { uid: 33, gid: 34, groups: [] }],
    ["-u web -g staff", { uid: 33, gid: 50, groups: [] }],
    ["-u web -g 7", { uid: 33, gid: 7, groups: [] }],
    ["-u web --initgroups", { uid: 33, gid: 34, groups: [34, 50, 51] }],
    ["-u 33 --initgroups -g 7", { uid: 33, gid: 7, groups: [7, 50, 51] }],
    ["-u 4242 -g 4243", { uid: 4242, gid: 4243, groups: [] }],
    ["-g staff", { uid: 0, gid: 50, groups: [] }],
  ];
  for (const [flags, identity] of cases) {
    it(`root with ${flags}`, async () => assert.deepEqual(await choose(flags.split(" ")), identity));
  }

  it("stays who it is where there is nothing to change, root or not", async () => {
    assert.equal(await choose(["-u", "root"]), null);
    assert.equal(await choose(["-g", "0"]), null);
    assert.equal(await choose(["-u", "1000", "-g", "1000"], ALICE), null);
  });

  it("tries where the system does not say who this process is", async () => {
    assert.deepEqual(await choose(["-u", "web"], null), { uid: 33, gid: 34, groups: [] });
  });

  it("loads the C library only where a user or a group is set", async () => {
    const host = {
      files: { readText: () => "" },
      system: () => Promise.reject(new Error("loaded")),
    };
    const find = async (flags: readonly string[]): Promise<unknown> =>
      await findIdentity({ ...host, files: { ...host.files } } as never, await loadConfig(fakeHost().host, [...flags, "app"]));
    assert.equal(await find([]), null);
    await assert.rejects(find(["-u", "web"]), /loaded/);
  });

  const refused: readonly (readonly [flags: string, own: OwnIdentity, message: RegExp])[] = [
    ["-u nope", ROOT, /^Error: user: there is no user "nope" \(from --user\); create it, or give a number$/],
    ["-u web -g nope", ROOT, /^Error: group: there is no group "nope" \(from --group\)/],
    ["-u 4242", ROOT, /^Error: user: user 4242 has no account that names a group .*; set group too$/],
    ["-u 4242 -g 7 --initgroups", ROOT, /^Error: initgroups: needs a user that has an account/],
    ["-g staff --initgroups", ROOT, /^Error: initgroups: needs a user/],
    ["-u web", ALICE, /^Error: user: the workers cannot become 33:34: the arbiter is user 1000 and not root/],
    ["-g staff", ALICE, /^Error: group: the workers cannot become 1000:50: the arbiter is user 1000 and not root/],
    ["-u web", { ...ROOT, canSetGid: false }, /root without CAP_SETGID/],
    ["-u web", { ...ROOT, canSetUid: false }, /root without CAP_SETUID/],
  ];
  for (const [flags, own, message] of refused) {
    it(`refuses ${flags} for ${own.uid}: ${message}`, async () => {
      await assert.rejects(choose(flags.split(" "), own), (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("says which setting is at fault when the system cannot look a user up", async () => {
    const config = await loadConfig(fakeHost().host, ["-u", "web", "app"]);
    const system = {
      ...SYSTEM,
      findUser: () => {
        throw new Error('Cannot look up "web": i/o error (EIO)');
      },
    };
    assert.throws(() => chooseIdentity(system, ROOT, config), /^ConfigError: Error: user: Cannot look up "web"/);
  });
});

describe("the kernel's word on this process", () => {
  const status = (caps: string): string =>
    `Name:\tx\nUid:\t1000\t1001\t1002\t1003\nGid:\t1\t2\t3\t4\nGroups:\t4 \nCapInh:\t0\nCapEff:\t${caps}\n`;

  it("is effective ids and capabilities", () => {
    assert.deepEqual(parseStatus(status("0000000000000080")), { uid: 1001, gid: 2, canSetUid: true, canSetGid: false });
    assert.deepEqual(parseStatus(status("0000000000000040")), { uid: 1001, gid: 2, canSetUid: false, canSetGid: true });
    assert.deepEqual(parseStatus(status("000001ffffffffff")), { uid: 1001, gid: 2, canSetUid: true, canSetGid: true });
  });

  it("is unknown for anything else", () => {
    assert.equal(parseStatus(""), null);
    assert.equal(parseStatus("Uid:\t0\t0\t0\t0\n"), null);
  });
});
