/** @module One target and one seed: draws inputs, keeps those that show something new, and makes failing ones small. */
import { Random } from "../simulation/random.ts";
import { mutate } from "./mutate.ts";
import { shrink } from "./shrink.ts";
import { BrokenProperty, type Features, type FuzzInput, type FuzzTarget } from "./target.ts";

const CORPUS_MAX = 1500;
const FEATURES_MAX = 30_000;
const TEXT_MAX_CHARS = 30_000;

export interface FuzzFailure {
  readonly target: string;
  readonly seed: number;
  /** Counted from 1: the same seed and target fail in the same round again. */
  readonly round: number;
  readonly property: string;
  readonly message: string;
  readonly input: FuzzInput;
}

export class FuzzSession {
  readonly target: FuzzTarget;
  readonly seed: number;
  executions = 0;
  /** The input of the current round, for errors that no caller can catch. */
  current: FuzzInput | null = null;
  readonly #random: Random;
  readonly #corpus: string[];
  readonly #features: Set<string> = new Set();
  readonly #known: Set<string> = new Set();

  constructor(target: FuzzTarget, seed: number) {
    this.target = target;
    this.seed = seed;
    this.#random = new Random(seed ^ checksum(target.name));
    this.#corpus = [...target.seeds];
  }

  get features(): number {
    return this.#features.size;
  }

  /** Runs one input; null where all properties hold, or the one that does not was reported before. */
  async round(): Promise<FuzzFailure | null> {
    const input = this.#draw();
    this.current = input;
    this.executions += 1;
    const round = this.executions;
    const broken = await this.#judge(input);
    if (broken === null) return null;
    const property = propertyOf(broken);
    if (this.#known.has(property)) return null;
    this.#known.add(property);
    const text = await shrink(input.text, async (smaller) => {
      const error = await this.#outcome({ text: smaller, choices: input.choices });
      return error !== null && propertyOf(error) === property;
    });
    const small = { text, choices: input.choices };
    const error = await this.#outcome(small);
    return { target: this.target.name, seed: this.seed, round, property, message: messageOf(error ?? broken), input: small };
  }

  #draw(): FuzzInput {
    const random = this.#random;
    const isFresh = this.#corpus.length === 0 || random.chance(0.4);
    const base = isFresh ? this.target.generate(random) : random.pick(this.#corpus);
    const changes = isFresh ? random.between(0, 2) : random.between(1, 4);
    const text = changes === 0 ? base : mutate(base, changes, this.target.splinters, this.#corpus, random);
    return { text: text.slice(0, TEXT_MAX_CHARS), choices: random.between(0, 0xffff_ffff) };
  }

  /** Runs an input and keeps it where it showed something new. */
  async #judge(input: FuzzInput): Promise<unknown> {
    try {
      const outcome = this.target.run(input);
      this.#learn(input.text, outcome instanceof Promise ? await outcome : outcome);
      return null;
    } catch (error) {
      return error;
    }
  }

  async #outcome(input: FuzzInput): Promise<unknown> {
    try {
      await this.target.run(input);
      return null;
    } catch (error) {
      return error;
    }
  }

  #learn(text: string, features: Features): void {
    let isNew = false;
    for (const feature of features) {
      if (this.#features.has(feature) || this.#features.size >= FEATURES_MAX) continue;
      this.#features.add(feature);
      isNew = true;
    }
    if (!isNew) return;
    if (this.#corpus.length < CORPUS_MAX) this.#corpus.push(text);
    else this.#corpus[this.#random.between(0, CORPUS_MAX - 1)] = text;
  }
}

function propertyOf(error: unknown): string {
  if (error instanceof BrokenProperty) return error.property;
  return error instanceof Error ? `threw ${error.name}` : "threw something else";
}

function messageOf(error: unknown): string {
  if (error instanceof BrokenProperty) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** A number of 32 bits that is the same for the same text everywhere. */
export function checksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum;
}
