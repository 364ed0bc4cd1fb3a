/** The protocols that can be checked. */
export const CHECKED_PROTOCOLS = ['open-inference', 'v1'] as const;
export type CheckedProtocol = (typeof CHECKED_PROTOCOLS)[number];

/** An answer of the server that is checked. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The body as JSON; throws a `Deviation` when it is none. */
  json(): unknown;
}

/** What a rule is tried on. */
export interface Subject {
  /** Name of the model that is asked. */
  readonly model: string;
  /** A request that the model answers: of the Open Inference Protocol, or of `:predict`. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<Answer>;
}

export interface SendOptions {
  /** Sent as JSON, or as it is where it is bytes or text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One rule of a protocol. */
export interface Rule {
  /** Stable name, such as `infer.echoes-id`. */
  readonly id: string;
  readonly title: string;
  /** It comes from servers and clients in use and not from the specification. */
  readonly extension?: boolean;
  /** Rejects with a `Deviation` where the server does otherwise. */
  check(subject: Subject): Promise<void>;
}

/** The server does otherwise than a rule says. */
export class Deviation extends Error {
  override readonly name = 'Deviation';
}

export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Deviation(otherwise);
}
