/**
 * Settings of gunicorn that have no declaration here, and what to do instead. With the declarations they are gunicorn's whole
 * list, which a test compares.
 *
 * @module
 */
import type { Problem } from "./errors.ts";

/**
 * Why a setting is not here. `python`: it has no meaning in JavaScript. `other`: something else does it here. `absent`: this release
 * does not do it.
 */
export type ElsewhereReason = "python" | "other" | "absent";

/** A setting of gunicorn that is not here. */
export interface Elsewhere {
  readonly reason: ElsewhereReason;
  /** Gunicorn's flags, with dashes. Empty for what only its config file can say. */
  readonly flags: readonly string[];
  /** Whether the flags stand alone, without a value. */
  readonly isSwitch: boolean;
  /** What to do; begins in lower case, without a period. */
  readonly instead: string;
}

const TLS = "let nginx, HAProxy or the load balancer end TLS, and name it in `forwarded_allow_ips`";
const HTTP2 = "let nginx, HAProxy or the load balancer speak HTTP/2 to clients, and HTTP/1.1 to tsgunicorn";
const UWSGI = "let the proxy speak HTTP: `proxy_pass` of nginx, not `uwsgi_pass`";
const LOGGING = "set `loglevel`, `errorlog` and `accesslog`";
const TASKS = "give long tasks to a queue of jobs or to threads of the application (`node:worker_threads`)";
const CONTROL = "use signals: HUP reloads, TTIN and TTOU change the number of workers, USR2 upgrades, TERM stops";

/** By gunicorn's name, in the order of its reference. */
export const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
  worker_class: absent(
    "-k --worker-class VALUE",
    "leave it out: every worker has an event loop and handles many requests at once; `interface` says how the application is called",
  ),
  threads: absent(
    "--threads VALUE",
    "leave it out: a worker handles many requests at once; use more `workers` for more processors",
  ),
  asgi_loop: python("--asgi-loop VALUE", "leave it out: the event loop is that of the runtime, which `runtime` chooses"),
  asgi_lifespan: other(
    "--asgi-lifespan VALUE",
    "begin in the module of the application, with `await` at its top level, and end in the hook `worker_exit`",
  ),
  asgi_disconnect_grace_period: other(
    "--asgi-disconnect-grace-period VALUE",
    "let the application listen to `request.signal`, which aborts when the client leaves; it may go on as long as it wants",
  ),
  http_parser: python("--http-parser VALUE", "leave it out: there is one parser, and it is the fast one"),
  spew: python("--spew", "use the inspector of the runtime, or its tracing"),
  sendfile: python("--no-sendfile", "leave it out: files are streamed, for no runtime gives a program sendfile(2)"),
  tmp_upload_dir: python("", "leave it out: gunicorn does not read it either"),
  pythonpath: python(
    "--pythonpath VALUE",
    "name the application by the path of its module, as in `./src/app.ts:handler`; `chdir` sets where paths begin",
  ),
  paste: python(
    "--paste --paster VALUE",
    "put the settings of the server into `tsgunicorn.config.ts`, and name the application in `wsgi_app`",
  ),
  raw_paste_global_conf: python("--paste-global VALUE", "give the application variables with `raw_env`"),
  protocol: absent("--protocol VALUE", UWSGI),
  uwsgi_allow_ips: absent("--uwsgi-allow-from VALUE", `${UWSGI}; \`forwarded_allow_ips\` says which proxies are believed`),
  root_path: absent("--root-path VALUE", "let the proxy take the prefix off, or mount the application's router below it"),
  logger_class: absent("--logger-class VALUE", `${LOGGING}, or write lines of your own in the hook \`post_request\``),
  logconfig: python("--log-config VALUE", LOGGING),
  logconfig_dict: python("", LOGGING),
  logconfig_json: python("--log-config-json VALUE", LOGGING),
  enable_backlog_metric: absent(
    "--enable-backlog-metric",
    "ask the system: `ss -ltn` shows how many connections wait in each socket",
  ),
  default_proc_name: other("", "use `proc_name`"),
  ssl_context: absent("", TLS),
  keyfile: absent("--keyfile VALUE", TLS),
  certfile: absent("--certfile VALUE", TLS),
  ssl_version: python("--ssl-version VALUE", "leave it out: gunicorn ignores it too"),
  cert_reqs: absent("--cert-reqs VALUE", TLS),
  ca_certs: absent("--ca-certs VALUE", TLS),
  suppress_ragged_eofs: python("--suppress-ragged-eofs", "leave it out: it tunes Python's TLS"),
  do_handshake_on_connect: python("--do-handshake-on-connect", "leave it out: it tunes Python's TLS"),
  ciphers: absent("--ciphers VALUE", TLS),
  http_protocols: absent("--http-protocols VALUE", HTTP2),
  http2_cleartext: absent("--http2-cleartext VALUE", HTTP2),
  http2_max_concurrent_streams: absent("--http2-max-concurrent-streams VALUE", HTTP2),
  http2_initial_window_size: absent("--http2-initial-window-size VALUE", HTTP2),
  http2_max_frame_size: absent("--http2-max-frame-size VALUE", HTTP2),
  http2_max_header_list_size: absent("--http2-max-header-list-size VALUE", HTTP2),
  dirty_apps: absent("--dirty-app VALUE", TASKS),
  dirty_workers: absent("--dirty-workers VALUE", TASKS),
  dirty_timeout: absent("--dirty-timeout VALUE", TASKS),
  dirty_threads: absent("--dirty-threads VALUE", TASKS),
  dirty_graceful_timeout: absent("--dirty-graceful-timeout VALUE", TASKS),
  on_dirty_starting: absent("", TASKS),
  dirty_post_fork: absent("", TASKS),
  dirty_worker_init: absent("", TASKS),
  dirty_worker_exit: absent("", TASKS),
  control_socket: absent("--control-socket VALUE", CONTROL),
  control_socket_mode: absent("--control-socket-mode VALUE", CONTROL),
  control_socket_disable: absent("--no-control-socket", "leave it out: there is no control socket"),
};

/** How each {@link ElsewhereReason} is said of a setting. */
export const ELSEWHERE_PHRASES: Readonly<Record<ElsewhereReason, { readonly singular: string; readonly plural: string }>> = {
  python: { singular: "has no meaning in JavaScript", plural: "have no meaning in JavaScript" },
  other: { singular: "has another form here", plural: "have another form here" },
  absent: { singular: "is not in this release", plural: "are not in this release" },
};

/** A setting of gunicorn that is not here, for a {@link Problem}; null for any other name, also one that we have. */
export function describeElsewhere(name: string): Pick<Problem, "message" | "hint"> | null {
  const found = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  return found === undefined
    ? null
    : { message: `this setting of gunicorn ${ELSEWHERE_PHRASES[found.reason].singular}`, hint: found.instead };
}

/** The same in one phrase, which begins in lower case and has no period. */
export function explainName(name: string): string | null {
  const found = describeElsewhere(name);
  return found === null ? null : `${found.message}; ${found.hint}`;
}

/** The name of the setting of gunicorn that `flag` (with dashes, perhaps with `=VALUE` or, behind a letter, its value) would set; null otherwise. */
export function nameOfElsewhereFlag(flag: string): string | null {
  const spelling = flag.startsWith("--") ? flag.replace(/=.*$/s, "").replaceAll("_", "-") : flag.slice(0, 2);
  return Object.entries(ELSEWHERE).find(([, { flags }]) => flags.includes(spelling))?.[0] ?? null;
}

/** {@link explainName} for a flag. */
export function explainFlag(flag: string): string | null {
  const name = nameOfElsewhereFlag(flag);
  return name === null ? null : explainName(name);
}

function entry(reason: ElsewhereReason, usage: string, instead: string): Elsewhere {
  const words = usage.split(" ").filter((word) => word !== "");
  const flags = words.filter((word) => word.startsWith("-"));
  return { reason, flags, isSwitch: flags.length > 0 && flags.length === words.length, instead };
}

function python(usage: string, instead: string): Elsewhere {
  return entry("python", usage, instead);
}

function other(usage: string, instead: string): Elsewhere {
  return entry("other", usage, instead);
}

function absent(usage: string, instead: string): Elsewhere {
  return entry("absent", usage, instead);
}
