import type { LineSink } from '../core/ports/line-sink.js';
import type { GroupView, ProcessGroup, ProcessState } from '../core/ports/process-group.js';
import { MemberCommands } from './member-commands.js';
import { MemberQuestions } from './member-questions.js';
import { type FromProcess, type ToProcess, toProcess } from './messages.js';

/**
 * The group, as one of its processes deals with it. Should the supervisor die, Node ends the process: there is no member
 * without a group.
 */
export class GroupMember implements ProcessGroup {
  readonly audit: LineSink;
  readonly commands = new MemberCommands(send);
  readonly questions = new MemberQuestions(send);
  private readonly flushes = new Map<number, () => void>();
  private tickets = 0;
  private lastReport = '';

  private constructor(
    readonly replaces: boolean,
    private current: GroupView,
  ) {
    this.audit = new SharedAudit(
      () => this.current,
      () => this.flush(),
    );
    process.on('message', (message) => {
      const known = toProcess(message);
      if (known !== undefined) this.receive(known);
    });
  }

  /** Waits for the supervisor's word to begin. */
  static join(): Promise<GroupMember> {
    return new Promise((resolve) => {
      const begin = (message: unknown) => {
        const known = toProcess(message);
        if (known?.type !== 'start') return;
        process.off('message', begin);
        resolve(new GroupMember(known.replaces, known.view));
      };
      process.on('message', begin);
    });
  }

  get view(): GroupView {
    return this.current;
  }

  report(state: ProcessState): void {
    const report = JSON.stringify(state);
    if (report === this.lastReport) return;
    this.lastReport = report;
    send({ type: 'state', state });
  }

  /** Hands on what people are to read when the group is up. */
  greet(text: string): void {
    send({ type: 'greeting', text });
  }

  /** Says why this process cannot start, and ends it. */
  fail(message: string): void {
    send({ type: 'failed', message }, () => process.exit(1));
  }

  private flush(): Promise<void> {
    return new Promise((resolve) => {
      const ticket = this.tickets++;
      this.flushes.set(ticket, resolve);
      send({ type: 'flush', ticket });
    });
  }

  private receive(message: ToProcess): void {
    switch (message.type) {
      case 'start':
        break;
      case 'group':
        this.current = message.view;
        break;
      case 'flushed':
        this.flushes.get(message.ticket)?.();
        this.flushes.delete(message.ticket);
        break;
      case 'do':
        void this.commands.do(message.ticket, message.command);
        break;
      case 'called':
        this.commands.called(message.ticket, message.outcomes);
        break;
      case 'question':
        void this.questions.asked(message.ticket, message.question);
        break;
      case 'polled':
        this.questions.polled(message.ticket, message.poll);
        break;
    }
  }
}

/** The group's one audit log, which the supervisor writes. */
class SharedAudit implements LineSink {
  constructor(
    private readonly view: () => GroupView,
    readonly flush: () => Promise<void>,
  ) {}

  get fault(): string | undefined {
    return this.view().auditFault;
  }

  get sinkFault(): string | undefined {
    return this.view().sinkFault;
  }

  write(lines: Uint8Array, release?: () => void): void {
    // Node has copied the bytes when it comes back.
    send({ type: 'audit', lines });
    release?.();
  }
}

/** Messages arrive in their order. One that cannot be sent has lost its supervisor, and this process ends with it. */
function send(message: FromProcess, sent: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, sent);
}
