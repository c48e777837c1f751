/** @module Completion for bash 4 and newer. */
import { APPLICATION_ENDINGS, type CompletedCommand, type CompletedFlag, type CompletionModel } from "./model.ts";

/** The script. */
export function renderBash({ flags, commands }: CompletionModel): string {
  const branches = new Map<string, string[]>();
  for (const flag of flags) {
    if (flag.value === "none") continue;
    const body = bodyOf(flag);
    branches.set(body, [...(branches.get(body) ?? []), ...flag.spellings]);
  }
  const names = commands.map(({ name }) => name);
  return `# Completion of tsgunicorn for bash, written by: tsgunicorn completion bash

_tsgunicorn_words() {
  mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_tsgunicorn_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen "$1" -- "$cur")
}

_tsgunicorn_application() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do
    case $path in
      ${APPLICATION_ENDINGS.map((ending) => `*.${ending}`).join(" | ")}) COMPREPLY+=("$path") ;;
      *) [[ -d $path ]] && COMPREPLY+=("$path") ;;
    esac
  done < <(compgen -f -- "$cur")
}

_tsgunicorn() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} == -- ]]; then
      _tsgunicorn_application
      return
    fi
  done
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
${commands.map(renderCommand).join("\n")}
    esac
  fi
  # Bash makes three words of --flag=value.
  local joined=
  if [[ $cur == = ]]; then
    cur=
    joined=1
  elif [[ $flag == = ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
    joined=1
  fi
  case $flag in
${[...branches].map(([body, spellings]) => `    ${spellings.join(" | ")}) ${body} ;;`).join("\n")}
  esac
  if [[ $cur == -* ]]; then
    _tsgunicorn_words "${flags.flatMap(({ spellings }) => spellings).join(" ")}"
    return
  fi
  ((COMP_CWORD == 1)) && _tsgunicorn_words "${names.join(" ")}"
  _tsgunicorn_application
}

complete -F _tsgunicorn tsgunicorn
`;
}

function renderCommand({ name, flags, words }: CompletedCommand): string {
  const others = words.length > 0 ? `_tsgunicorn_words "${words.join(" ")}"` : "_tsgunicorn_application";
  return `      ${name})
        if [[ $cur == -* ]]; then
          _tsgunicorn_words "${flags.flatMap(({ spellings }) => spellings).join(" ")}"
        else
          ${others}
        fi
        return
        ;;`;
}

/** What completes a value. One that is optional stands behind `=`; the next word may be the application. */
function bodyOf({ value, words, paths }: CompletedFlag): string {
  const actions = [
    ...(words.length > 0 ? [`_tsgunicorn_words "${words.join(" ")}"`] : []),
    ...(paths === null ? [] : [`_tsgunicorn_paths ${paths === "files" ? "-f" : "-d"}`]),
    "return",
  ].join("; ");
  return value === "optional" ? `[[ $joined ]] && { ${actions}; }` : actions;
}
