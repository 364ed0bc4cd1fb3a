import { ApiProperty } from '@nestjs/swagger';
import { DriftVerdict } from './verdict.js';

class DriftWindow {
  @ApiProperty({ description: 'Rows that the version took.' })
  rows: number;

  @ApiProperty({ format: 'date-time' })
  from: string;

  @ApiProperty({ format: 'date-time' })
  to: string;
}

class DriftCollecting {
  @ApiProperty({ description: 'Rows so far.' })
  rows: number;

  @ApiProperty({ format: 'date-time' })
  since: string;

  @ApiProperty({ description: 'Rows that complete the window.' })
  untilRows: number;

  @ApiProperty({ description: 'Seconds after which 100 rows complete it.' })
  untilSeconds: number;
}

/** How the traffic of one version stands to its training. */
export class VersionDrift extends DriftVerdict {
  @ApiProperty({ example: 'car-evaluation' })
  model: string;

  @ApiProperty({ example: '2.0.0' })
  version: string;

  @ApiProperty({ description: 'Of the package. With another package the windows begin anew.' })
  digest: string;

  @ApiProperty({ enum: ['ok', 'drifting', 'collecting'] })
  state: 'ok' | 'drifting' | 'collecting';

  @ApiProperty({ description: 'Largest adjusted p-value that counts as drift.' })
  significance: number;

  @ApiProperty({ enum: ['holm'], description: 'How p-values are adjusted for being several.' })
  correction: 'holm';

  @ApiProperty({
    type: DriftWindow,
    nullable: true,
    description:
      'The last complete window, which everything else is of; null before the first: of what has come so far.',
  })
  window: DriftWindow | null;

  @ApiProperty({ type: DriftCollecting, description: 'The window that is open.' })
  collecting: DriftCollecting;
}

export class ModelDrift {
  @ApiProperty({ example: 'car-evaluation' })
  model: string;

  @ApiProperty({ type: [VersionDrift], description: 'Every loaded version, newest first; none of a model of tensors.' })
  versions: VersionDrift[];
}
