// Run it:  npm install @nestjs/{core,common,platform-express} rxjs reflect-metadata && npx tsgunicorn --workers 2 'examples/nest:createApp()'
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/cats/7
import "reflect-metadata";
import { Controller, Get, Module, Param, ParseIntPipe } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";

// Decorators are called as the functions they are, so that this file runs without a build. In TypeScript write @Controller("cats").
class CatsController {
  find(id) {
    return { cat: id };
  }
}
Param("id", ParseIntPipe)(CatsController.prototype, "find", 0);
Get(":id")(CatsController.prototype, "find", Object.getOwnPropertyDescriptor(CatsController.prototype, "find"));
Controller("cats")(CatsController);

class AppModule {}
Module({ controllers: [CatsController] })(AppModule);

/** What `main.ts` does, without `listen`. Called once in each worker, and awaited. */
export async function createApp() {
  return await NestFactory.create(AppModule, { logger: ["error", "warn"] });
}
