import { ApiProperty } from '@nestjs/swagger';
import { SIGNED_STATES, type SignedState } from './package/signature-file.js';
import type { Placement } from '../core/ports/inference-backend.js';

const STATES = ['available', 'loading', 'ready', 'failed', 'unloading'] as const;

/** Where one version stands. */
export class VersionSummary {
  @ApiProperty({ example: '2.0.0' })
  version: string;

  @ApiProperty({ enum: STATES })
  state: (typeof STATES)[number];

  @ApiProperty({ description: 'It answers when a request names the model alone.' })
  default: boolean;

  @ApiProperty({ type: [String], description: 'Names that stand for this version.', example: ['stable'] })
  aliases: string[];

  @ApiProperty({
    required: false,
    description: 'Why the package was refused. A version that is ready serves what was loaded before.',
    example: 'digest-mismatch',
  })
  fault?: string;

  @ApiProperty({ required: false, description: 'The file and the reason, when the package was refused.' })
  reason?: string;
}

export class ModelSummary {
  @ApiProperty({ example: 'car-evaluation' })
  name: string;

  @ApiProperty({ description: 'It answers when a request names no model.' })
  default: boolean;

  @ApiProperty({ type: [VersionSummary], description: 'Newest first.' })
  versions: VersionSummary[];
}

export class ModelList {
  @ApiProperty({ type: [ModelSummary] })
  models: ModelSummary[];
}

/** A version with everything that its package says of it. */
export class VersionDetail extends VersionSummary {
  @ApiProperty()
  name: string;

  @ApiProperty({ required: false, description: 'What runs it.', example: 'wasm' })
  backend?: string;

  @ApiProperty({ required: false, enum: ['inline', 'worker'], description: 'Where it runs.' })
  placement?: Placement;

  @ApiProperty({ required: false, description: 'The answers to all inputs were worked out in advance.' })
  tabulated?: boolean;

  @ApiProperty({ required: false, description: 'Digest of the manifest, which holds the digest of every file.' })
  digest?: string;

  @ApiProperty({
    required: false,
    enum: SIGNED_STATES,
    description:
      'Its signature was checked against `REQUIRE_SIGNATURE`, is there and was not checked, or is not there.',
  })
  signed?: SignedState;

  @ApiProperty({
    required: false,
    oneOf: [{ $ref: '#/components/schemas/Manifest' }],
    description: 'The manifest of the package: signature, metrics, training facts, distributions, file digests.',
  })
  manifest?: Record<string, unknown>;
}

export class ModelDetail extends ModelSummary {
  @ApiProperty({ type: VersionDetail, required: false, description: 'The version that answers, in full.' })
  current?: VersionDetail;
}
