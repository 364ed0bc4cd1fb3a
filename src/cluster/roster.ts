import type { GroupView, ProcessState } from '../core/ports/process-group.js';

interface Entry {
  /** It listens, so requests come to it. */
  live: boolean;
  /** A process in this place has loaded its models once. */
  loaded: boolean;
  state: ProcessState;
}

const UNKNOWN: ProcessState = { started: false, faults: {} };

/** Who is in the group and how each of them is. */
export class Roster {
  private readonly entries: readonly Entry[];

  /** Why the audit log cannot be written at this moment. */
  auditFault: string | undefined;
  /** Why audit events cannot be sent at this moment. */
  sinkFault: string | undefined;

  constructor(size: number) {
    this.entries = Array.from({ length: size }, () => ({ live: false, loaded: false, state: UNKNOWN }));
  }

  /** The process in this place listens now. */
  joined(place: number): void {
    this.entries[place]!.live = true;
  }

  /** The process in this place is dead: nobody, rather than somebody who is not ready. */
  left(place: number): void {
    Object.assign(this.entries[place]!, { live: false, state: UNKNOWN });
  }

  heard(place: number, state: ProcessState): void {
    const entry = this.entries[place]!;
    entry.state = state;
    entry.loaded ||= state.started;
  }

  /** Every process has loaded its models once; true for good from then on. */
  get started(): boolean {
    return this.entries.every(({ loaded }) => loaded);
  }

  /** The places whose processes take requests. */
  get live(): number[] {
    return [...this.entries.keys()].filter((place) => this.entries[place]!.live);
  }

  /** The group as the process in this place sees it. */
  seenFrom(place: number): GroupView {
    const others = this.entries.filter(({ live }, other) => live && other !== place).map(({ state }) => state);
    const { auditFault, sinkFault } = this;
    return { of: this.entries.length, started: this.started, others, auditFault, sinkFault };
  }
}
