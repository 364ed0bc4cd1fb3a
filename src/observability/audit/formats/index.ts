import type { AuditFormatName } from '../../../core/app-config.js';
import type { MakeAuditFormat } from './audit-format.js';
import { cloudEvents } from './cloud-events.js';
import { kserveEvents } from './kserve.js';

/** The formats of audit events, by what `AUDIT_FORMAT` calls them. */
export const AUDIT_FORMATS: Readonly<Record<AuditFormatName, MakeAuditFormat>> = {
  cloudevents: cloudEvents,
  kserve: kserveEvents,
};
