/** @module The words that are commands of their own where they come first; anything else there is a flag or the application. */

/** A flag of a subcommand. */
export interface SubcommandFlag {
  /** With its dashes. It takes no value. */
  readonly flag: string;
  readonly description: string;
}

/** What help and completion know of a subcommand. */
export interface Subcommand {
  /** The first line of its help and of its usage errors. */
  readonly usage: string;
  /** One sentence, with its period. */
  readonly summary: string;
  /** Paragraphs for its own help. */
  readonly details: readonly string[];
  readonly flags: readonly SubcommandFlag[];
  /** Words that it takes, one of them; empty where it takes another word, or none. */
  readonly words: readonly string[];
}

/** The name of a subcommand. */
export type SubcommandName = "init" | "completion";

/** The shells that there are completions for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** By name, in the order of `--help`. */
export const SUBCOMMANDS: Readonly<Record<SubcommandName, Subcommand>> = {
  init: {
    usage: "usage: tsgunicorn init [--ts|--js|--json] [--systemd] [--force] [APP_MODULE]",
    summary: "Write a config file with comments, and on request units for systemd.",
    details: [
      "The file is tsgunicorn.config.ts where TypeScript is used, else tsgunicorn.config.mjs. It names the settings that are changed first; " +
      "APP_MODULE, or an application that is found, becomes its wsgi_app.",
      "Nothing is overwritten without --force. With --systemd a config file that is there is kept, also with --force.",
      "To serve a module that is called init: tsgunicorn ./init",
    ],
    flags: [
      { flag: "--ts", description: "Write tsgunicorn.config.ts." },
      { flag: "--js", description: "Write tsgunicorn.config.mjs." },
      { flag: "--json", description: "Write tsgunicorn.config.json, which has no comments." },
      { flag: "--systemd", description: "Write tsgunicorn.service and tsgunicorn.socket too." },
      { flag: "--force", description: "Overwrite these files." },
    ],
    words: [],
  },
  completion: {
    usage: "usage: tsgunicorn completion bash|zsh|fish",
    summary: "Print a script that completes flags and their values in a shell.",
    details: [
      "bash: tsgunicorn completion bash >~/.local/share/bash-completion/completions/tsgunicorn",
      "zsh: tsgunicorn completion zsh >~/.zfunc/_tsgunicorn, with fpath+=~/.zfunc before compinit in ~/.zshrc",
      "fish: tsgunicorn completion fish >~/.config/fish/completions/tsgunicorn.fish",
      "To serve a module that is called completion: tsgunicorn ./completion",
    ],
    flags: [],
    words: SHELLS,
  },
};

/** In the order of `--help`. */
export const SUBCOMMAND_NAMES: readonly SubcommandName[] = ["init", "completion"];

/** Whether `word`, which comes first, is a subcommand. */
export function isSubcommand(word: string | undefined): word is SubcommandName {
  return SUBCOMMAND_NAMES.some((name) => name === word);
}
