/**
 * The command line of this process up to the user's own arguments. Deno keeps neither its flags nor its permissions anywhere else, and a
 * worker gets exactly those that it is given (trap 13).
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { type SelfCommand, workerFlags } from "../shared/self-command.ts";

/** Read before anything sets the title, which overwrites this very memory. */
export function readSelfCommand(): SelfCommand {
  return { file: process.execPath, args: workerFlags(readPrefix()) };
}

function readPrefix(): readonly string[] {
  try {
    const words = readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(0, -1);
    const userWords = process.argv.length - 2;
    if (words.length > userWords + 1) return words.slice(1, words.length - userWords);
  } catch {
    // Without /proc, or without the permission to read it.
  }
  return ["run", "-A", Deno.mainModule];
}
