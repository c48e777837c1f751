/**
 * The routes of `Bun.serve` (https://bun.com/docs/bundler/fullstack#routes): exact paths before parameters before `*`; a method or a path
 * that no route has goes to `fetch`.
 *
 * @module
 */

/** What a route does. */
export type RouteAction = Response | RouteHandler;

/** A function of a route. */
export type RouteHandler = (request: Request, server: object) => unknown;

/** What the routes have for a request. */
export interface RouteMatch {
  readonly action: RouteAction;
  /** Null: the path has none. */
  readonly params: Readonly<Record<string, string>> | null;
}

/** Null: what no route has. */
export type Router = (method: string, url: string) => RouteMatch | null;

/** `false` leaves the path to `fetch`. */
type Choice = RouteAction | false;

type Methods = { readonly any: Choice } | { readonly by: ReadonlyMap<string, Choice> };

interface Pattern {
  /** What every path begins with that it can match. */
  readonly prefix: string;
  readonly parts: readonly string[];
  readonly methods: Methods;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"]);

/** Null: there are no routes. Throws a TypeError for what cannot be served. */
export function compileRoutes(routes: unknown): Router | null {
  if (typeof routes !== "object" || routes === null) return null;
  const exact = new Map<string, Methods>();
  const patterns: Pattern[] = [];
  for (const [path, value] of Object.entries(routes)) {
    if (value === undefined) continue;
    const methods = readRoute(path, value);
    const special = path.search(/\/:|\*/);
    if (special < 0) exact.set(path, methods);
    else patterns.push({ prefix: path.slice(0, path[special] === "/" ? special + 1 : special), parts: path.split("/"), methods });
  }
  patterns.sort(bySpecificity);
  return (method, url) => {
    const path = pathOf(url);
    const methods = exact.get(path);
    const action = methods === undefined ? undefined : pick(methods, method);
    if (action !== undefined) return action === false ? null : { action, params: null };
    const parts = patterns.length === 0 ? [] : path.split("/");
    for (const pattern of patterns) {
      const params = path.startsWith(pattern.prefix) ? matchParts(pattern.parts, parts) : null;
      const chosen = params === null ? undefined : pick(pattern.methods, method);
      if (chosen !== undefined) return chosen === false ? null : { action: chosen, params };
    }
    return null;
  };
}

function readRoute(path: string, value: unknown): Methods {
  const action = readAction(value);
  if (action !== null) return { any: action };
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length > 0 && entries.every(([method]) => METHODS.has(method))) {
    return { by: new Map(entries.map(([method, each]) => [method, readAction(each) ?? wrongRoute(`${method} ${path}`)])) };
  }
  return wrongRoute(path);
}

function wrongRoute(path: string): never {
  throw new TypeError(
    `tsgunicorn: the route "${path}" is neither a Response, a function, a table of methods nor false. ` +
      "HTML imports are bundled by Bun's own server: build them first (bun build) and serve the files",
  );
}

function readAction(value: unknown): Choice | null {
  if (value === false || value instanceof Response) return value;
  // A file.
  if (value instanceof Blob) return new Response(value);
  return isHandler(value) ? value : null;
}

function isHandler(value: unknown): value is RouteHandler {
  return typeof value === "function";
}

/** A route for GET answers HEAD as well. Undefined: none. */
function pick(methods: Methods, method: string): Choice | undefined {
  if ("any" in methods) return methods.any;
  return methods.by.get(method) ?? (method === "HEAD" ? methods.by.get("GET") : undefined);
}

/** Of an absolute URL, as it was sent. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** Null: it does not match. A parameter is a whole part that is not empty; `*` is the rest. */
function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index];
    if (part === undefined) return null;
    if (wanted === "*") return params;
    if (wanted.startsWith(":")) {
      if (part === "") return null;
      params[wanted.slice(1)] = decode(part);
    } else if (wanted !== part) return null;
  }
  return pattern.length === parts.length ? params : null;
}

function decode(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** At the first part where they differ: text, then parameters, then `*`. */
function bySpecificity(a: Pattern, b: Pattern): number {
  for (let index = 0; index < Math.max(a.parts.length, b.parts.length); index++) {
    const difference = rank(a.parts[index]) - rank(b.parts[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(part: string | undefined): number {
  if (part === undefined) return 0;
  return part === "*" ? 3 : part.startsWith(":") ? 2 : 1;
}
