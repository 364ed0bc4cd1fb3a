import { randomUUID } from 'node:crypto';
import type { AuditEvents } from '../../../core/app-config.js';

/** Lines were lost before this one; the chain says how many. */
export const GAP_TYPE = 'io.tensornest.audit.gap.v1';

/** The line that tells of lost ones where no prediction follows, with its line feed. */
export function gapLine({ source }: AuditEvents): string {
  const event = { specversion: '1.0', type: GAP_TYPE, source, id: randomUUID(), time: new Date().toISOString() };
  return `${JSON.stringify(event)}\n`;
}
