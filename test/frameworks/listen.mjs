// Serves an application of apps/ by the server that its framework comes with, and says at which port.
import process from "node:process";

const { listen } = await import(`./apps/${process.argv[2]}.mjs`);
console.log(await listen());
