/** Asks after each epoch whether somebody wants an end, and remembers that it was so. */
export class Latch {
  taken = false;

  constructor(private readonly stopAsked: () => boolean) {}

  verdict(): 'stop' | undefined {
    if (!this.stopAsked()) return undefined;
    this.taken = true;
    return 'stop';
  }
}
