import type { Selection } from '../collections.ts';
import type { BsonDocument } from '../document-codec.ts';

/** What the stages of a running pipeline have at hand. */
export interface Run {
  /** What `$$name` stands for. */
  readonly variables: BsonDocument;
  /** The documents of another collection of the database. */
  read(collection: string, selection: Selection): Iterable<BsonDocument>;
}

/** A compiled stage: it changes a stream of documents. */
export type RunStage = (documents: Iterable<BsonDocument>, run: Run) => Iterable<BsonDocument>;

/** Where a pipeline is written down, which decides what may be in it. */
export type Place = 'command' | 'lookup' | 'union' | 'facet';

/** A compiled pipeline: what a selection can do at its beginning, and the stages after that. */
export interface Pipeline {
  /** @param also a condition on top of those of the pipeline */
  selection(variables: BsonDocument, also?: BsonDocument): Selection;
  readonly rest: readonly BsonDocument[];
  /** Runs the stages after the selection. */
  runRest: RunStage;
  /** Runs all stages on documents at hand. */
  runAll: RunStage;
}

export interface StageCompiler {
  /** The names of the variables that expressions may use. */
  readonly variables: readonly string[];
  /** Compiles a pipeline within a stage. @param further variables that it may use besides */
  inner(pipeline: unknown, place: Place, further?: readonly string[]): Pipeline;
}

/** Compiles one stage. @throws CommandError with MongoDB's code for an operand that is none */
export type Stage = (operand: unknown, compiler: StageCompiler) => RunStage;

/** A stage that looks at one document after the other. @param change gives what comes in its place */
export function each(change: (document: BsonDocument, run: Run) => Iterable<BsonDocument>): RunStage {
  return function* (documents, run) {
    for (const document of documents) yield* change(document, run);
  };
}
