/** @module What `tsgunicorn init` says when it is done. */

/** What was done. */
export interface InitResult {
  readonly written: readonly string[];
  /** The config file that was there; null where one was written. */
  readonly kept: string | null;
  /** What the new config file serves; null where nobody knows. */
  readonly app: string | null;
  readonly withUnits: boolean;
  /** The command in the service; empty without one. */
  readonly command: readonly string[];
}

/** Folders that package managers empty: of npx, bunx and Deno. */
const CACHE = /\/_npx\/|\/bunx-|\/\.cache\//;

/** Ends with a newline. */
export function renderNextSteps({ written, kept, app, withUnits, command }: InitResult): string {
  const done = [...written.map((name) => `Wrote ${name}`), ...(kept === null ? [] : [`Kept ${kept}`])];
  const unnamed = kept === null && app === null;
  const steps = [
    ...(unnamed ? ["name the application in wsgi_app, as in ./app.ts or app:handler"] : []),
    "tsgunicorn --check-config",
    ...(withUnits
      ? [
        "read the units, then: sudo cp tsgunicorn.service tsgunicorn.socket /etc/systemd/system/",
        "sudo systemctl daemon-reload",
        "sudo systemctl enable --now tsgunicorn.service",
      ]
      : ["tsgunicorn"]),
  ];
  const notes = [
    ...(withUnits
      ? ["For sockets that stay open across restarts: sudo systemctl enable --now tsgunicorn.socket before the service."]
      : []),
    ...(command.some((word) => CACHE.test(word))
      ? ["The service runs tsgunicorn from a cache: install it in the project, and run init from there with --systemd --force."]
      : []),
  ];
  return `${[...done, "", "Next:", ...steps.map((step) => `  ${step}`), ...notes].join("\n")}\n`;
}
