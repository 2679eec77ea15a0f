import { type Model, parseModel } from "../compare/model.ts";
import { modelNamed, models } from "../compare/models.ts";
import { UserError } from "./user_error.ts";
import { userPath } from "./user_path.ts";

export interface ModelOptions {
  /** Names, separated by commas; the first is compared with each other. */
  readonly models?: string;
  /** Paths of JSON files, compared behind those named. */
  readonly modelFile?: readonly string[];
}

/** Named models, then those in files; the first two known where neither is given. Throws UserError in one sentence. */
export async function chooseModels({ models: names, modelFile = [] }: ModelOptions): Promise<Model[]> {
  const named = names === undefined && modelFile.length === 0
    ? models.slice(0, 2)
    : (names ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "").map(modelNamed);
  const own = await Promise.all(modelFile.map(async (path) => parseModel(await read(path), path)));
  const chosen = [...named, ...own];
  if (chosen.length === 0) {
    throw new UserError("Cannot compare no models: name one, as in --models kimi-linear-48b");
  }
  const twice = chosen.find((model, i) => chosen.findIndex((other) => other.name === model.name) !== i);
  if (twice) throw new UserError(`Cannot compare "${twice.name}" with itself: it is named twice`);
  return chosen;
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(userPath(path));
  } catch (error) {
    throw new UserError(`Cannot read the model ${path}: ${(error as Error).message}`);
  }
}
