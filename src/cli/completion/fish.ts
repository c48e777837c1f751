/** @module Completion for fish 3. */
import { APPLICATION_ENDINGS, type CompletedFlag, type CompletionModel } from "./model.ts";

/** The script. */
export function renderFish({ flags, commands }: CompletionModel): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of tsgunicorn for fish, written by: tsgunicorn completion fish

# The subcommand comes first, else it is none.
function __tsgunicorn_in
    set -l words (commandline -opc)
    contains -- "$words[2]" $argv
end

complete -c tsgunicorn -f
complete -c tsgunicorn -n 'not __tsgunicorn_in ${names.join(" ")}' -k -a '(__fish_complete_suffix ${
    APPLICATION_ENDINGS.map((ending) => `.${ending}`).join(" ")
  })'
${
    commands.map(({ name, description }) =>
      `complete -c tsgunicorn -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d ${quote(description)}`
    ).join("\n")
  }
${
    commands.flatMap(({ name, flags: own, words }) => [
      ...own.map((flag) => lineOf(flag, `-n '__tsgunicorn_in ${name}' `)),
      ...(words.length > 0 ? [`complete -c tsgunicorn -n '__tsgunicorn_in ${name}' -a ${quote(words.join(" "))}`] : []),
    ]).join("\n")
  }
${flags.map((flag) => lineOf(flag, `-n 'not __tsgunicorn_in ${names.join(" ")}' `)).join("\n")}
`;
}

/** One line of complete(1). A value that is optional makes no sense in the next word, so only the flag is completed. */
function lineOf({ spellings, description, value, words, paths }: CompletedFlag, condition: string): string {
  const names = spellings.map((spelling) => spelling.startsWith("--") ? `-l ${spelling.slice(2)}` : `-s ${spelling.slice(1)}`);
  const takes = value === "required" ? paths === null ? " -x" : " -r -F" : "";
  const folders = paths === "folders" ? ["(__fish_complete_directories)"] : [];
  const choices = [...words, ...folders];
  const values = value === "none" || choices.length === 0 ? "" : ` -a ${quote(choices.join(" "))}`;
  return `complete -c tsgunicorn ${condition}${names.join(" ")}${folders.length > 0 ? " -x" : takes}${values} -d ${
    quote(description)
  }`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
