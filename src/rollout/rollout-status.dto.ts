import { ApiProperty } from '@nestjs/swagger';
import { ROLLOUT_MODES, type RolloutMode } from '../core/rollout.js';
import type { Row } from '../core/signature.js';
import { GateRequest } from './rollout-request.dto.js';

const STATES = ['running', 'held', 'promoted', 'rolled-back', 'aborted'] as const;
const VERDICTS = ['undecided', 'pass', 'fail'] as const;

export class GateStatus {
  @ApiProperty({ enum: VERDICTS })
  state: (typeof VERDICTS)[number];

  @ApiProperty({ type: [String], example: ['312 of 1000 rows compared'] })
  reasons: readonly string[];
}

/** How one version has done. */
export class VersionStatistics {
  @ApiProperty({ description: 'Rows that the rollout has had from it.' })
  rows: number;

  @ApiProperty({
    description:
      'Rows of requests that it failed to answer. Of the current version only those that it was asked afterwards.',
  })
  errors: number;

  @ApiProperty({ description: 'errors by rows; 0 before the first row.' })
  errorRate: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Median inference time per row, to within 5 %. Executions below 0.02 ms count as that long.',
  })
  rowMs: number | null;
}

export class VerdictDto {
  @ApiProperty({ example: 'acc' })
  label: string;

  @ApiProperty({ example: 0.93 })
  probability: number;
}

export class DisagreementDto {
  @ApiProperty({ type: Object, description: 'The row as it was sent, sensitive values covered.' })
  input: Row;

  @ApiProperty({ type: VerdictDto })
  current: VerdictDto;

  @ApiProperty({ type: VerdictDto })
  candidate: VerdictDto;

  @ApiProperty()
  scoreChange: number;
}

/** What a rollout has shown, in all processes together. */
export class RolloutStatisticsDto {
  @ApiProperty({ description: 'Rows that both versions have answered.' })
  rows: number;

  @ApiProperty({
    description: 'Rows that were not compared, because too many were waiting or a version was not loaded.',
  })
  dropped: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Share of the rows with the same class; null without rows.',
  })
  agreement: number | null;

  @ApiProperty({ type: [String] })
  labels: readonly string[];

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'integer' } },
    description: 'Rows: a line for each class of the current version, a column for each class of the candidate.',
  })
  confusionMatrix: readonly (readonly number[])[];

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Mean over rows of half of what the probabilities moved (total variation distance), 0 to 1.',
  })
  meanScoreChange: number | null;

  @ApiProperty({ type: [DisagreementDto], description: 'The ten rows of different class whose scores moved most.' })
  worstDisagreements: readonly DisagreementDto[];

  @ApiProperty({ type: VersionStatistics })
  current: VersionStatistics;

  @ApiProperty({ type: VersionStatistics })
  candidate: VersionStatistics;

  @ApiProperty({ type: Number, nullable: true, description: "The candidate's rowMs by the current version's." })
  latencyRatio: number | null;
}

/** Rows of one version that have a label, of predictions since the rollout began. */
export class LabelledRowsDto {
  @ApiProperty()
  rows: number;

  @ApiProperty({ description: 'Those whose class the version had right.' })
  correct: number;
}

/** What has become of the predictions that the two versions made since the rollout began. */
export class LiveComparisonDto {
  @ApiProperty({ type: LabelledRowsDto })
  current: LabelledRowsDto;

  @ApiProperty({ type: LabelledRowsDto })
  candidate: LabelledRowsDto;
}

/** A rollout, running or finished. */
export class RolloutStatus {
  @ApiProperty({ example: 'car-evaluation' })
  model: string;

  @ApiProperty({ example: '1.0.0', description: 'The version that answered when the rollout began.' })
  current: string;

  @ApiProperty({ example: '2.0.0' })
  candidate: string;

  @ApiProperty({ enum: ROLLOUT_MODES })
  mode: RolloutMode;

  @ApiProperty()
  percent: number;

  @ApiProperty({ type: String, nullable: true })
  stickyHeader: string | null;

  @ApiProperty({ type: GateRequest })
  gate: GateRequest;

  @ApiProperty({ enum: ['promote', 'hold'] })
  onPass: string;

  @ApiProperty({ enum: ['rollback', 'hold'] })
  onFail: string;

  @ApiProperty({ example: '2026-01-02T03:04:05.006Z' })
  startedAt: string;

  @ApiProperty({ enum: STATES, description: 'A held rollout goes on until an operator ends it.' })
  state: (typeof STATES)[number];

  @ApiProperty({ type: [String], description: 'Why it was settled; empty while it was not.' })
  reasons: readonly string[];

  @ApiProperty({ type: GateStatus, nullable: true, description: 'What the gate says of the statistics.' })
  verdict: GateStatus | null;

  @ApiProperty({
    type: RolloutStatisticsDto,
    nullable: true,
    description: 'Null when no process has taken part since it was started.',
  })
  statistics: RolloutStatisticsDto | null;

  @ApiProperty({
    type: LiveComparisonDto,
    nullable: true,
    description: 'Null where feedback is off, and in the shadow, where nobody is told what the candidate answers.',
  })
  live: LiveComparisonDto | null;
}
