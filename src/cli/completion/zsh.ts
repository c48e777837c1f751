/** @module Completion for zsh. */
import { APPLICATION_ENDINGS, type CompletedCommand, type CompletedFlag, type CompletionModel } from "./model.ts";

/** The script: for a file `_tsgunicorn` in `fpath`, or to be sourced after `compinit`. */
export function renderZsh({ flags, commands }: CompletionModel): string {
  return `#compdef tsgunicorn
# Completion of tsgunicorn for zsh, written by: tsgunicorn completion zsh

_tsgunicorn() {
  if (( CURRENT > 2 )); then
    case $words[2] in
${commands.map(renderCommand).join("\n")}
    esac
  fi
  _arguments -s -S -C \\
${flags.map((flag) => `    ${specOf(flag)} \\`).join("\n")}
    '*: :_tsgunicorn_application'
}

_tsgunicorn_application() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map(({ name, description }) => `      ${quote(`${name}:${escape(description)}`)}`).join("\n")}
    )
    _describe command commands
  fi
  _files -g '*.(${APPLICATION_ENDINGS.join("|")})'
}

if [[ $funcstack[1] == _tsgunicorn ]]; then
  _tsgunicorn "$@"
else
  compdef _tsgunicorn tsgunicorn
fi
`;
}

function renderCommand({ name, flags, words }: CompletedCommand): string {
  const specs = [
    ...flags.map(specOf),
    words.length > 0 ? quote(`1: :(${words.join(" ")})`) : quote("*: :_files"),
  ];
  return `      ${name})
        shift words
        (( CURRENT-- ))
        _arguments -S ${specs.join(" ")}
        return
        ;;`;
}

/** As `_arguments` of zshcompsys(1) wants it: `+`, the value is in this word or the next; `=-`, only behind `=`. */
function specOf({ spellings, description, value, metavar, words, paths, isRepeatable }: CompletedFlag): string {
  const before = isRepeatable ? quote("*") : spellings.length > 1 ? quote(`(${spellings.join(" ")})`) : "";
  const forms = spellings.map((spelling) => `${spelling}${suffixOf(spelling, value)}`);
  const action = words.length > 0 && paths !== null
    ? `_alternative "words::(${words.join(" ")})" "files::_files"`
    : words.length > 0
    ? `(${words.join(" ")})`
    : paths === "folders"
    ? "_files -/"
    : paths === "files"
    ? "_files"
    : " ";
  const colons = value === "optional" ? "::" : ":";
  const argument = value === "none" ? "" : `${colons}${escape(metavar)}:${action}`;
  const text = quote(`[${escape(description)}]${argument}`);
  const names = forms.length > 1 ? `{${forms.map(quote).join(",")}}` : quote(forms[0] ?? "");
  return `${before}${names}${text}`;
}

function suffixOf(spelling: string, value: CompletedFlag["value"]): string {
  if (value === "none") return "";
  if (!spelling.startsWith("--")) return "+";
  return value === "optional" ? "=-" : "=";
}

function escape(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, (character) => `\\${character}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
