/** An answer that is written as JSON already. The adapter sends it as it is. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** A large answer, as UTF-8 bytes in a buffer that somebody wants back. */
export class JsonBytes {
  constructor(
    readonly bytes: Buffer,
    /** Called once the bytes are with the operating system. */
    readonly release: () => void,
  ) {}
}

export type JsonReply = JsonText | JsonBytes;
