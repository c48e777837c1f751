/** @module The scripts of `tsgunicorn completion`. */
import type { Shell } from "../subcommands.ts";
import { renderBash } from "./bash.ts";
import { renderFish } from "./fish.ts";
import { type CompletionModel, completionModel } from "./model.ts";
import { renderZsh } from "./zsh.ts";

const RENDERERS: Readonly<Record<Shell, (model: CompletionModel) => string>> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
};

/** The script for a shell; it runs nothing of ours when it completes. Ends with a newline. */
export function renderCompletion(shell: Shell): string {
  return RENDERERS[shell](completionModel());
}
