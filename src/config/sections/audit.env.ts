import { resolve } from 'node:path';
import { IsOptional, IsString, IsUrl, Matches } from 'class-validator';
import { type AppConfig, AUDIT_FORMATS, type AuditFormatName } from '../../core/app-config.js';
import { OneOf, WholeNumber } from '../env-rules.js';

const AUDIT_ON_ERROR = ['drop', 'block'] as const;

/** The record of what was predicted. */
export class AuditEnv {
  @IsString()
  AUDIT_LOG = 'stdout';

  @OneOf(AUDIT_FORMATS)
  AUDIT_FORMAT: AuditFormatName = 'cloudevents';

  @Matches(/^[!-~]{1,200}$/, { message: 'must be a URI of 1 to 200 characters, or a part of one such as /tensornest' })
  AUDIT_SOURCE = '/tensornest';

  @Matches(/^[a-z0-9-]{1,63}$/, { message: 'must be a namespace of Kubernetes such as default' })
  AUDIT_NAMESPACE = 'default';

  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'must be a URL such as https://events.example/audit' },
  )
  AUDIT_SINK_URL?: string;

  @OneOf(AUDIT_ON_ERROR)
  AUDIT_ON_ERROR: (typeof AUDIT_ON_ERROR)[number] = 'drop';

  @WholeNumber(1_048_576, 4_294_967_296, 'bytes')
  AUDIT_BUFFER_BYTES = 67_108_864;
}

export function auditConfig(env: AuditEnv): Pick<AppConfig, 'audit' | 'auditSink' | 'auditEvents' | 'auditFailure'> {
  return {
    auditSink: env.AUDIT_SINK_URL === undefined ? null : receiverOf(new URL(env.AUDIT_SINK_URL)),
    audit: toAudit(env.AUDIT_LOG),
    auditEvents: { format: env.AUDIT_FORMAT, source: env.AUDIT_SOURCE, namespace: env.AUDIT_NAMESPACE },
    auditFailure: { onError: env.AUDIT_ON_ERROR, bufferBytes: env.AUDIT_BUFFER_BYTES },
  };
}

function toAudit(target: string): AppConfig['audit'] {
  return target === 'stdout' || target === 'off' ? { kind: target } : { kind: 'file', path: resolve(target) };
}

/** Credentials travel in a header: a URL is sooner written into a log than one. */
function receiverOf(url: URL): AppConfig['auditSink'] {
  const { username, password } = url;
  url.username = url.password = '';
  if (username === '' && password === '') return { url: url.href, authorization: null };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
