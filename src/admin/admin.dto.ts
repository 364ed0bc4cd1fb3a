import { ApiProperty } from '@nestjs/swagger';
import { IsSemVer } from 'class-validator';

/** What an alias is to stand for. */
export class AliasTarget {
  @ApiProperty({ example: '2.0.0', description: 'Exact version.' })
  @IsSemVer({ message: 'must be an exact version such as 2.0.0' })
  version: string;
}

const STATES = ['READY', 'LOADING', 'UNLOADING', 'UNAVAILABLE'] as const;

/** One version, as the Open Inference Protocol's repository index describes it. */
export class RepositoryEntry {
  @ApiProperty({ example: 'car-evaluation' })
  name: string;

  @ApiProperty({ example: '2.0.0' })
  version: string;

  @ApiProperty({ enum: STATES })
  state: (typeof STATES)[number];

  @ApiProperty({ description: 'Why it is not ready; empty when there is nothing to say.' })
  reason: string;
}

export class RepositoryIndex {
  @ApiProperty({ type: [RepositoryEntry], description: 'By name, then newest first.' })
  models: RepositoryEntry[];
}
