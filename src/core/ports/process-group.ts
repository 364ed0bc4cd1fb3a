import type { GroupCommands } from './group-commands.js';
import type { GroupQuestions } from './group-questions.js';
import type { LineSink } from './line-sink.js';

/** What one process says of itself. */
export interface ProcessState {
  /** Its first load of the models has come to its end. */
  readonly started: boolean;
  /** What keeps it from being ready, by model. */
  readonly faults: Readonly<Record<string, string>>;
}

/** The group as one of its processes sees it. */
export interface GroupView {
  /** The processes that there should be. */
  readonly of: number;
  /** Each of them has loaded its models once. */
  readonly started: boolean;
  /** The other processes that take requests now; one that is being replaced is not among them. */
  readonly others: readonly ProcessState[];
  /** Why the group's audit log cannot be written at this moment. */
  readonly auditFault?: string | undefined;
  /** Why its audit events cannot be sent at this moment. */
  readonly sinkFault?: string | undefined;
}

/** The processes that share the port, as one of them deals with them. */
export interface ProcessGroup {
  /** This process takes the place of one that died, so the group is in service already. */
  readonly replaces: boolean;
  /** The group's one audit log. */
  readonly audit: LineSink;
  readonly view: GroupView;
  readonly commands: GroupCommands;
  readonly questions: GroupQuestions;
  /** Tells the group how this process is. */
  report(state: ProcessState): void;
}

export function isReady({ started, faults }: ProcessState): boolean {
  return started && Object.keys(faults).length === 0;
}

/** The group of this process; null when it is alone. */
export const PROCESS_GROUP = Symbol('PROCESS_GROUP');
