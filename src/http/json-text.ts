/** An answer that is written as JSON already. The adapter sends it as it is. */
export class JsonText {
  constructor(readonly text: string) {}
}
